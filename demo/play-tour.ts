import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unreachable } from '../src/std/unreachable.ts';
import type { Scene } from './scene.ts';
import { quoted } from './shell-words.ts';
import type { Step } from './tour.ts';

/** Limit: a command of the tour that takes longer is ended, and has failed. */
const COMMAND_TIMEOUT_MS = 60_000;

/** Runs the steps of the scene, prints each with what came out, and says how many did not do what they should. */
export async function playTour(scene: Scene, kubectl: string): Promise<number> {
  let failures = 0;
  for (const [i, step] of scene.steps.entries()) {
    process.stdout.write(`\n${i + 1}. ${step.say}\n$ ${typed(step, scene)}\n`);
    const { exitCode, output } = await run(step, scene, kubectl);
    process.stdout.write(output.replace(/^(?=.)/gm, '   '));
    if (exitCode === step.expect.exitCode && step.expect.output.test(output)) continue;
    failures++;
    process.stdout.write(
      `   ^ expected exit code ${step.expect.exitCode} and ${step.expect.output}; the exit code was ${exitCode}\n`,
    );
  }
  process.stdout.write('\n');
  return failures;
}

/** The step as the person would type it. */
export function typed({ argv: [program, ...args] }: Step, scene: Scene): string {
  switch (program) {
    case 'kubectl':
      return quoted(['kubectl', ...args]);
    case 'administrator':
      return quoted(['kubectl', '--kubeconfig', scene.administratorFile ?? '', ...args]);
    case 'sallyport':
      return `npm start --silent -- ${quoted(ownWords(args, scene))}`;
    default:
      return unreachable(program);
  }
}

/** Commands that ask the control plane find it by their environment; the others read the configuration. */
function ownWords(args: readonly string[], { configFile }: Scene): readonly string[] {
  return args[0] === 'grants' || args[0] === 'explain' ? args : [...args, '--config', configFile];
}

const CLI = fileURLToPath(new URL('../src/main/cli.ts', import.meta.url));

function run(
  { argv: [program, ...args] }: Step,
  scene: Scene,
  kubectl: string,
): Promise<{ exitCode: number | null; output: string }> {
  const [file, argv] = program === 'sallyport' ? [process.execPath, [CLI, ...ownWords(args, scene)]] : [kubectl, args];
  const kubeconfig = program === 'administrator' ? scene.administratorFile : scene.kubeconfigFile;
  const child = spawn(file, argv, {
    // kubectl's own cache goes where all of the demo is, not into the person's home.
    env: {
      ...process.env,
      ...scene.control,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(dirname(scene.kubeconfigFile), 'cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_TIMEOUT_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, output }));
  });
}
