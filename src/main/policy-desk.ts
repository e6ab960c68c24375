/*
 * What the console asks about policy is answered by the commands of `sallyport policy` themselves, each in a process of its own: on this gateway's configuration,
 * files and journal, and without taking a turn from the data path, whatever a rule set or a year of traffic costs to think about.
 *
 * Security: words of a person go behind `=` or `--`, and never to a shell; the process is given nothing of the environment; a proposal is read as policy files
 * are, in a folder that is gone afterwards; what runs is bounded in number, time, memory and output.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { unifiedPatch } from '../cli/policy/unified-patch.ts';
import { type Config, policyFiles } from '../config/load.ts';
import { openedIds } from '../config/open-guards.ts';
import type { Narrower, Proposal, ShadowReport, Tried, WhoCanAnswer, WhyAnswer } from '../control/policy-contract.ts';
import type { PolicyDesk } from '../control/policy-routes.ts';
import { Refusal } from '../model/refusal.ts';
import { appliedPatch } from './applied-patch.ts';
import { commandWords } from './command-words.ts';
import { deskCommand, type Outcome, type RunCommand, SENTENCE } from './desk-command.ts';

/** Limits of what is thought about at once; documented in docs/reference/limits.md. */
export const DESK_LIMITS = Object.freeze({
  /** Commands that run at once; each has its memory beside the gateway's, in one container. */
  atOnceMax: 1,
  /** Questions that wait for their turn; beyond it, asking is refused. */
  waitingMax: 10,
  /** How much of a processor's time one command may take, in milliseconds; where the system does not say, how long. */
  processorMs: 60_000,
  /** How long one command may take, whatever else its machine does, in milliseconds. */
  commandMs: 300_000,
  /** Memory of one, in MiB. */
  memoryMib: 256,
  /** Bytes of the files of a proposal, together. */
  proposalBytesMax: 256 * 1024,
  /** Lines of the files of a proposal, together. */
  proposalLinesMax: 10_000,
  /** Bytes that one may answer. */
  answerBytesMax: 16 * 1024 * 1024,
});

/** When what could not be answered may be asked again. */
const RETRY_AFTER_SECONDS = 5;

/** Answers questions about the policy of a configuration. */
export function policyDesk(config: Config, command: RunCommand = deskCommand(DESK_LIMITS)): PolicyDesk {
  const run = inTurn(command);
  const home = dirname(config.file);
  const ask = async <Answer>(args: readonly string[], read = ofWords): Promise<Answer> =>
    JSON.parse(read(await run(args, home)).stdout) as Answer;
  const own = ['--config', config.file];
  const files = () => readAll(config, home);
  return {
    files,
    async why({ as, groups, issuer, kind, target, command }) {
      const options = [
        `--as=${as}`,
        ...groups.map((group) => `--group=${group}`),
        ...(issuer === undefined ? [] : [`--issuer=${issuer}`]),
        ...(kind === undefined ? [] : [`--kind=${kind}`]),
        ...(target === undefined ? [] : [`--target=${target}`]),
      ];
      const args = [
        'policy',
        'explain',
        ...own,
        '-o',
        'json',
        '--nearest=5',
        ...options,
        '--',
        ...commandWords(command),
      ];
      const answer = await ask<Partial<WhyAnswer>>(args);
      return { items: answer.items ?? [answer as WhyAnswer['items'][number]] };
    },
    whoCan: ({ verb, resource, name, namespace }) =>
      ask<WhoCanAnswer>([
        ...['policy', 'who-can', ...own, '-o', 'json'],
        ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
        ...['--', verb, resource, ...(name === undefined ? [] : [name])],
      ]),
    shadow: (since) =>
      ask<ShadowReport>(['policy', 'shadow', 'report', ...own, `--since=${since}`, '-o', 'json'], told),
    tryOut: (proposal) => tryOut(proposal, config, home, run),
    async narrower({ caller, since }): Promise<Narrower> {
      const args = ['policy', 'tighten', ...own, `--since=${since}`, `--caller=${caller}`];
      const { stdout, stderr } = told(await run(args, home));
      const before = await files();
      return {
        patch: stdout,
        says: stderr.split('\n').filter((line) => line !== ''),
        files: before.map(({ file, text }) => ({ file, text: appliedPatch(file, text, stdout) })),
      };
    },
  };
}

async function tryOut(
  { files: changed, since }: Proposal,
  config: Config,
  home: string,
  run: RunCommand,
): Promise<Tried> {
  assertBounded(changed);
  const before = await readAll(config, home);
  const unknown = changed.find(({ file }) => !before.some((each) => each.file === file));
  if (unknown !== undefined)
    throw new Refusal(
      'REQUEST_MALFORMED',
      `\`${unknown.file}\` is none of the policy files; a proposal changes those that are there`,
    );
  const after = before.map((each) => changed.find(({ file }) => file === each.file) ?? each);
  const folder = await mkdtemp(join(config.dataFolder, 'proposal-'));
  try {
    const [old, next] = [join(folder, 'old'), join(folder, 'new')];
    await Promise.all([writeAll(old, before), writeAll(next, after), writeTests(config, next, home)]);
    const guards = openedIds(config).map((id) => `--open-guard=${id}`);
    const checked = ofWords(await run(['policy', 'check', next, '-o', 'json', ...guards], next));
    const patch = await patchOf(before, after);
    const findings = itemsOf<Tried['findings']>(checked).map((each) => ({
      ...each,
      file: shownIn(next, each.file),
    }));
    if (findings.some(({ severity }) => severity === 'error')) return { patch, findings };
    const tests = readdirSync(next)
      .filter((name) => TEST.test(name))
      .map((name) => join(next, name));
    const [changes, simulated, tested] = await Promise.all([
      run(['policy', 'diff', old, next, ...guards], folder),
      run(['policy', 'simulate', old, next, '--config', config.file, `--since=${since}`, '-o', 'json'], folder),
      tests.length === 0 ? undefined : run(['policy', 'test', ...tests, '-o', 'json'], next),
    ]);
    return {
      patch,
      findings,
      changes: told(changes).stdout.trimEnd().split('\n'),
      simulation: JSON.parse(told(simulated).stdout) as NonNullable<Tried['simulation']>,
      ...(tested === undefined
        ? {}
        : {
            tests: itemsOf<NonNullable<Tried['tests']>>(ofWords(tested)).map((each) => ({
              ...each,
              file: shownIn(next, each.file),
            })),
          }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a list that a command printed. */
function itemsOf<Items>({ stdout }: Outcome): Items {
  return (JSON.parse(stdout) as { readonly items: Items }).items;
}

type Files = Proposal['files'];

/** Limit: a proposal is read and compared in the gateway's own process. @throws {Refusal} REQUEST_MALFORMED */
function assertBounded(files: Files): void {
  const { proposalBytesMax, proposalLinesMax } = DESK_LIMITS;
  let [bytes, lines] = [0, 0];
  for (const { text } of files) {
    bytes += Buffer.byteLength(text);
    lines += 1;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  }
  if (bytes > proposalBytesMax || lines > proposalLinesMax)
    throw new Refusal(
      'REQUEST_MALFORMED',
      `the files of a proposal have at most ${proposalBytesMax} bytes and ${proposalLinesMax} lines together: try larger ones by \`sallyport policy\``,
    );
}

/** Of all files, each in a turn of its own, so that what passes the gateway meanwhile waits for one at most. */
async function patchOf(before: Files, after: Files): Promise<string> {
  let patch = '';
  for (const [i, { file, text }] of before.entries()) {
    await setImmediate();
    patch += unifiedPatch(file, text, after[i]?.text ?? text);
  }
  return patch;
}

const TEST = /\.test\.ya?ml$/;

/** In one folder, as policies are compared; what distinguishes folders stands in the names. */
function flatName(file: string): string {
  return file.replaceAll(/[\\/]/g, '__');
}

function shownIn(folder: string, file: string): string {
  return relative(folder, join(folder, file.startsWith(folder) ? relative(folder, file) : file)).replaceAll('__', '/');
}

async function writeAll(
  folder: string,
  files: readonly { readonly file: string; readonly text: string }[],
): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  for (const { file, text } of files) await writeFile(join(folder, flatName(file)), text, { mode: 0o600 });
}

/** The tests beside the policies; what they name is named as the copies are. */
async function writeTests(config: Config, folder: string, home: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const folders = new Set(policyFiles(config).map((file) => dirname(file)));
  for (const own of folders) {
    for (const name of existsSync(own) ? readdirSync(own).filter((each) => TEST.test(each)) : []) {
      const text = readFileSync(join(own, name), 'utf8');
      const named = policyFiles(config).reduce(
        (said, file) => said.replaceAll(relative(own, file), flatName(relative(home, file))),
        text,
      );
      await writeFile(join(folder, flatName(relative(home, join(own, name)))), named, { mode: 0o600 });
    }
  }
}

async function readAll(config: Config, home: string) {
  return Promise.all(
    policyFiles(config).map(async (path) => ({ file: relative(home, path), text: await readFile(path, 'utf8') })),
  );
}

/** An answer, whatever it says. @throws {Refusal} REQUEST_MALFORMED the words that were asked with are wrong, in the command's own sentence */
function ofWords(outcome: Outcome): Outcome {
  if (outcome.code !== 2 || isFault(outcome)) return told(outcome);
  throw new Refusal('REQUEST_MALFORMED', sentenceOf(outcome));
}

/** An answer to what was checked before it was asked. @throws {Refusal} POLICY_UNANSWERED what it needs could not be read: never the caller's fault */
function told(outcome: Outcome): Outcome {
  if (outcome.code !== 2 && !isFault(outcome)) return outcome;
  const why = isFault(outcome) ? 'the command failed, and the log says why' : sentenceOf(outcome);
  throw new Refusal('POLICY_UNANSWERED', `this could not be answered: ${why}`, {
    detail: outcome.stderr.slice(0, 2_000),
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** A broken invariant is printed with its stack, which is for the log alone; where Node itself prints it, the exit code is that of an answer. */
function isFault({ stderr }: Outcome): boolean {
  return /^ {4}at /m.test(stderr);
}

function sentenceOf({ stderr }: Outcome): string {
  return stderr.replace(SENTENCE, '').trim().replaceAll('\n', '; ');
}

/** So many at once, the others one after the other. */
function inTurn<Args extends readonly unknown[], Result>(task: (...args: Args) => Promise<Result>) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (...args: Args): Promise<Result> => {
    if (running >= DESK_LIMITS.atOnceMax) {
      if (waiting.length >= DESK_LIMITS.waitingMax)
        throw new Refusal('TOO_MANY_REQUESTS', 'as many questions about policy wait as may', { retryAfterSeconds: 5 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await task(...args);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
