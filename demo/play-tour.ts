import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { unreachable } from '../src/std/unreachable.ts';
import { typeInTerminal } from './own-terminal.ts';
import type { Scene } from './scene.ts';
import { quoted } from './shell-words.ts';
import { APPROVAL, type Step } from './tour.ts';

/** Limit: a command of the tour that takes longer is ended, and has failed. */
const COMMAND_TIMEOUT_MS = 60_000;

/** The same for one that waits for a person; the question itself is closed before. */
const PERSON_TIMEOUT_MS = 15 * 60_000;

/** How a tour is played. */
interface Play {
  readonly scene: Scene;
  readonly kubectl: string;
  /** Whether the tour answers what is held, as the person would; else a person does, in the console. */
  readonly answersItself: boolean;
  /** Ends what runs. */
  readonly signal: AbortSignal;
}

/** Runs the steps of the scene, prints each with what came out, and says how many did not do what they should. */
export async function playTour(how: Play): Promise<number> {
  let failures = 0;
  for (const [i, step] of how.scene.steps.entries())
    if (!how.signal.aborted) failures += await play(step, `${i + 1}. `, how);
  process.stdout.write('\n');
  return failures;
}

async function play(step: Step, number: string, how: Play): Promise<number> {
  const isFree = step.hangsOnAnswer === true && !how.answersItself;
  process.stdout.write(`\n${number}${step.say}\n$ ${typed(step, how.scene)}\n`);
  const running = run(step, how, isFree ? PERSON_TIMEOUT_MS : COMMAND_TIMEOUT_MS);
  const failures = step.meanwhile === undefined ? 0 : await playMeanwhile(step.meanwhile, running, how);
  const { exitCode, output } = await running;
  process.stdout.write(output.replace(/^(?=.)/gm, '   '));
  if (isFree || (exitCode === step.expect.exitCode && step.expect.output.test(output))) return failures;
  process.stdout.write(
    `   ^ expected exit code ${step.expect.exitCode} and ${step.expect.output}; the exit code was ${exitCode}\n`,
  );
  return failures + 1;
}

/** What a person does while a command waits for them, about the question that it asks. */
async function playMeanwhile(steps: readonly Step[], running: Promise<unknown>, how: Play): Promise<number> {
  const approval = await questionOf(running, how.scene);
  if (!how.answersItself) {
    if (approval !== '') process.stdout.write(waitsFor(approval, how.scene));
    return 0;
  }
  let failures = 0;
  process.stdout.write('   It waits. In the meantime, as the person who is asked:\n');
  for (const step of steps) {
    const [program, ...args] = step.argv;
    const argv = [program, ...args.map((word) => (word === APPROVAL ? approval : word))] as Step['argv'];
    failures += await play({ ...step, argv }, '', how);
  }
  if (steps.length > 0) process.stdout.write('\n   and the command that waited:\n');
  return failures;
}

/** Where the person goes who is asked, and how they answer without a browser. */
function waitsFor(approval: string, { control, approver, person }: Scene): string {
  const { SALLYPORT_SERVER: server = '', SALLYPORT_CA_FILE: ca = '' } = control;
  const without = Object.entries(approver ?? {}).map(([name, value]) => `${name}=${quoted([value])}`);
  return `
   IT WAITS FOR YOU, in the console:

     ${server}/approvals/${approval}

   Sign in as \`${person}\`. Your browser does not know the demo's authority, ${ca},
   and asks once whether to go on. Nothing has been sent to the cluster: approve it and exactly this runs, reject it and it never
   does; after ten minutes it is refused. Without a browser, in a second terminal:

     ${without.join(' ')} npm start --silent -- approvals approve ${approval}

`;
}

/** How often it is looked whether a question waits, in milliseconds. */
const LOOK_EVERY_MS = 100;

/** The question that waits, once what it would do has been looked up; empty where the command ends without one. */
async function questionOf(running: Promise<unknown>, { approver }: Scene): Promise<string> {
  const { SALLYPORT_SERVER: server, SALLYPORT_TOKEN_FILE: token = '', SALLYPORT_CA_FILE: ca = '' } = approver ?? {};
  const dispatcher = new Agent({ connect: { ca: readFileSync(ca, 'utf8') } });
  const headers = { authorization: `Bearer ${readFileSync(token, 'utf8').trim()}` };
  let isOver = false;
  void running.then(() => (isOver = true));
  try {
    while (!isOver) {
      const { body } = await request(`${server}/api/v1/approvals?state=pending`, { dispatcher, headers });
      const { items } = (await body.json()) as {
        readonly items: readonly { readonly id: string; readonly preview: string }[];
      };
      const [question] = items;
      if (question !== undefined && question.preview !== 'looking') return question.id;
      await pauseFor(LOOK_EVERY_MS);
    }
    return '';
  } finally {
    await dispatcher.destroy();
  }
}

/** The step as the person would type it. */
export function typed({ argv: [program, ...args], isApprover = false }: Step, scene: Scene): string {
  switch (program) {
    case 'kubectl':
    case 'terminal':
      return quoted(['kubectl', ...args]);
    case 'administrator':
      return quoted(['kubectl', '--kubeconfig', scene.administratorFile ?? '', ...args]);
    case 'sallyport':
      return `${isApprover ? asApprover(scene) : ''}npm start --silent -- ${quoted(ownWords(args, scene))}`;
    default:
      return unreachable(program);
  }
}

/** What a command of the person begins with who is asked, in a terminal that has the caller's `export` lines. */
function asApprover({ approver = {}, control }: Scene): string {
  const own = Object.entries(approver).filter(([name, value]) => control[name] !== value);
  return own.map(([name, value]) => `${name}=${quoted([value])} `).join('');
}

const CONTROL: ReadonlySet<string> = new Set(['approvals', 'explain', 'grants']);

/** Commands that ask the control plane find it by their environment; the others read the configuration. */
function ownWords(args: readonly string[], { configFile }: Scene): readonly string[] {
  return CONTROL.has(args[0] as string) ? args : [...args, '--config', configFile];
}

/** What came of a command. */
interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
}

const CLI = fileURLToPath(new URL('../src/main/cli.ts', import.meta.url));

function run(step: Step, { scene, kubectl, signal }: Play, timeout: number): Promise<Outcome> {
  const [program, ...args] = step.argv;
  if (program === 'terminal') return typeInTerminal(scene, { namespace: 'shop', app: 'web' }, step.types ?? []);
  const [file, argv] = program === 'sallyport' ? [process.execPath, [CLI, ...ownWords(args, scene)]] : [kubectl, args];
  const kubeconfig = program === 'administrator' ? scene.administratorFile : scene.kubeconfigFile;
  const child = spawn(file, argv, {
    // kubectl's own cache goes where all of the demo is, not into the person's home.
    env: {
      ...process.env,
      ...(step.isApprover === true ? scene.approver : scene.control),
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(dirname(scene.kubeconfigFile), 'cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => (signal.aborted ? undefined : reject(error)));
    child.once('close', (exitCode) => resolve({ exitCode, output }));
  });
}
