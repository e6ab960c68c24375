/*
 * `npm run demo`: a working gateway before an embedded cluster and an identity provider, all on loopback, and a tour with a real kubectl.
 *
 *   npm run demo                     the tour, in which what is held waits for you in the console; then stays up until Ctrl-C
 *   npm run demo -- --once           the tour, checked; it answers what is held itself, and exits 0 when all of it was so
 *   npm run demo -- --context NAME   before your own cluster, with a read-only policy; nothing is written to it, nor to your kubeconfig
 */
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { lockFolder } from '../src/storage/single-writer.ts';
import { findKubectl } from './kubectl.ts';
import { startOwnClusterScene } from './own-cluster-scene.ts';
import { playTour } from './play-tour.ts';
import type { Scene } from './scene.ts';
import { quoted } from './shell-words.ts';
import { startStandinScene } from './standin-scene.ts';
import { commandsIn } from './tour.ts';

interface Options {
  readonly once?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly folder?: string;
}

/** In the clone, and not in git. */
const OWN_FOLDER = fileURLToPath(new URL('../.sallyport/demo', import.meta.url));
/** Where `npm start` finds its package.json. */
const CLONE = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

async function main(): Promise<number> {
  const options = new Command('demo')
    .option('--once', 'run the tour, check it, and exit')
    .option('--context <name>', 'put the gateway in front of your own cluster: a context of your kubeconfig')
    .option('--kubeconfig <file>', 'your kubeconfig, for --context; $KUBECONFIG or ~/.kube/config by default')
    .option('--folder <folder>', 'where its files go, made anew each time; .sallyport/demo in the clone by default')
    .parse()
    .opts<Options>();
  const folder = resolve(options.folder ?? OWN_FOLDER);
  await clear(folder);
  const kubectl = await findKubectl((line) => say(line));
  const scene =
    options.context === undefined
      ? await startStandinScene(folder)
      : await startOwnClusterScene(folder, { context: options.context, kubeconfig: options.kubeconfig }, process.env);
  introduce(scene, kubectl, options.once === true);
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        stop.abort();
        resolve();
      });
  });
  const answersItself = options.once === true;
  const failures = await playTour({ scene, kubectl, answersItself, signal: stop.signal });
  if (!stop.signal.aborted && (answersItself || failures > 0)) {
    await scene.stop();
    const commands = commandsIn(scene.steps);
    say(
      failures === 0
        ? `the tour of ${commands} commands went as it should`
        : `${failures} of ${commands} commands did not do what they should`,
    );
    return failures === 0 ? 0 : 1;
  }
  if (!stop.signal.aborted)
    say(
      `\nThe gateway stays up until Ctrl-C. ${consoleOf(scene)}In a second terminal:\n\n${exports(scene, kubectl)}\n\nThen type the commands above, or your own; those that begin with npm, in ${quoted([CLONE])}.\nIts policy is ${scene.policyFile}: change it, and the next command is judged by it.\nIts log is ${join(folder, 'gateway.log')}.`,
    );
  await stopped;
  await scene.stop();
  return 0;
}

/** Removes what a demo before this one left. @throws {Error} one still runs there, or the folder holds something else */
async function clear(folder: string): Promise<void> {
  const journal = join(folder, 'data', 'journal');
  if (existsSync(journal)) {
    try {
      lockFolder(journal).release();
    } catch {
      throw new Error(`a demo runs in ${folder} already: stop it, or give this one a --folder of its own`);
    }
  } else if (folder !== OWN_FOLDER && existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Error(`${folder} holds something else than a demo: name another --folder`);
  }
  await rm(folder, { recursive: true, force: true });
}

/** Where a person goes with a browser, and as whom. */
function consoleOf({ control, person }: Scene): string {
  if (person === undefined) return '';
  return `\n\nThe console is ${control['SALLYPORT_SERVER']}: sign in as \`${person}\`. What a rule holds waits there for an answer. Your browser does not know the\ndemo's authority, ${control['SALLYPORT_CA_FILE']}, and asks once whether to go on.\n\n`;
}

function introduce(scene: Scene, kubectl: string, isOnce: boolean): void {
  say(
    `\nSallyport is up.\n\n  kubectl --(token of \`${scene.subject}\`)--> gateway ${scene.gatewayUrl} --(credential that kubectl never sees)--> ${scene.clusterName}\n`,
  );
  if (scene.person !== undefined)
    say(`  The console: ${scene.control['SALLYPORT_SERVER']} -- sign in as \`${scene.person}\`\n`);
  const how = isOnce
    ? 'The tour runs each command below after'
    : 'Each command below can be typed in a second terminal, after';
  say(`${how}:\n\n${exports(scene, kubectl)}\n`);
}

function exports(scene: Scene, kubectl: string): string {
  const path = kubectl === 'kubectl' ? '' : `  export PATH=${quoted([join(kubectl, '..')])}:"$PATH"\n`;
  const control = Object.entries(scene.control).map(([name, value]) => `\n  export ${name}=${quoted([value])}`);
  return `${path}  export KUBECONFIG=${quoted([scene.kubeconfigFile])}${control.join('')}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
setTimeout(() => process.exit(), 2_000).unref();
