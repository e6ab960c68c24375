/*
 * `sallyport plan`: what a whole command would do, told before it is run. It is run against a relay of this process, by which the gateway is asked about each request; nothing
 * is written at the target, and nobody is asked. What else the command does, to files or to other services, it does.
 *
 * With `--ask`, persons are asked about all that is held, once the plan is whole; after their yes the command is run as itself, and meets no question about what they saw. What
 * it then asks for otherwise than planned is held as ever: the yes is bound to each request, and not to the command.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { parse, stringify } from 'yaml';
import { CliError } from '../cli-error.ts';
import { controlClient } from '../control/client.ts';
import type { Environment } from '../control/find-server.ts';
import { paintFor } from '../control/paint.ts';
import { printableJson } from '../escape-control.ts';
import { findContext } from '../find-context.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { programEnvironment } from '../run/program-environment.ts';
import { runProgram } from '../run/run-program.ts';
import { askPersons } from './ask-persons.ts';
import { planBudgets } from './plan-budgets.ts';
import { isYes } from './plan-call.ts';
import type { PlanDocument } from './plan-document.ts';
import { planQuestions } from './plan-questions.ts';
import { PlanRelay } from './plan-relay.ts';
import { planText } from './plan-text.ts';
import type { OpenPlanWay, PlanWay } from './plan-way.ts';

interface Options {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly env?: string[];
  readonly ask?: boolean;
  readonly control?: string;
  readonly output: OutputFormat;
}

/** Before the command speaks, which takes each dry run for the deed. */
const SAID_BEFORE =
  'sallyport: nothing is written to the cluster, whatever the command says now (“created”, “deleted”): it is planned\n';

/** Options by which a command would go another way than the one that is planned. */
const OTHER_WAYS =
  /^(?:--kubeconfig|--server|-s|--token|--kube-apiserver|--kube-token|--certificate-authority|--kube-ca-file)(?:=|$)/;

/** `sallyport plan`. */
export function planCommand(env: Environment, open: OpenPlanWay): Command {
  return new Command('plan')
    .argument('<command...>', 'the command and its arguments, behind `--`')
    .option('--context <name>', 'the kubeconfig’s context that leads through the gateway; default: the current one')
    .option('--kubeconfig <file>', 'default: those of KUBECONFIG, else ~/.kube/config')
    .option(
      '--env <name>',
      'leave the command this variable, though its name says that it holds a secret; repeat for more',
      (value: string, before: string[] = []) => [...before, value],
    )
    .option(
      '--ask',
      'ask persons one question about all that is held, and once they have said yes run the command; the plan goes to standard error then, and the exit code is the command’s',
    )
    .option(
      '--control <name>',
      'with --ask, the control plane to ask: a name of `context`; default: SALLYPORT_SERVER, else the current one',
    )
    .addOption(outputOption())
    .action(async (command: string[], options: Options) => {
      process.exitCode = await plan(env, open, command, options);
    });
}

async function plan(
  env: Environment,
  open: OpenPlanWay,
  command: readonly string[],
  options: Options,
): Promise<number> {
  const other = command.find((word) => OTHER_WAYS.test(word));
  if (other !== undefined)
    throw new CliError(
      `\`${other}\` would lead the command round its plan; name the way with --kubeconfig and --context of \`plan\` itself`,
    );
  const { ask = false, output } = options;
  const place = findContext(options, env);
  // Nobody plans for long what cannot be asked about.
  const client = ask ? await controlClient(env, options.control) : undefined;
  const run = { command, env, ...place, input: ask ? await inputOf(command) : undefined };
  const way = open(place.file, place.context);
  try {
    const { document, questions } = await inFolder(env, (folder) => planned(run, folder, way, options));
    // What the command prints when it is run is its own output.
    const out = ask ? process.stderr : process.stdout;
    out.write(output === 'json' ? printableJson(document) : planText(document, paintFor(out, env.NO_COLOR)));
    if (document.answer === 'no') return 1;
    if (document.exitCode !== 0)
      throw new CliError(`the command ended with ${document.exitCode} before its end: the plan is not whole`);
    if (client === undefined) return 0;
    if (questions.length > 0 && !(await askPersons(client, questions))) return 1;
    return await inFolder(env, (folder) => runAsPlanned(run, folder));
  } finally {
    await way.close();
    await client?.close();
  }
}

/** Gives it a folder of its own, which is gone afterwards. */
async function inFolder<Result>(env: Environment, work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(env.XDG_RUNTIME_DIR || tmpdir(), 'sallyport-plan-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly command: readonly string[];
  readonly env: Environment;
  /** The kubeconfig that has the context. */
  readonly file: string;
  readonly context: string;
  /** What the command reads; undefined: as it would without a plan. */
  readonly input: Buffer | undefined;
}

/** Runs the command against a relay: what it would do, and what asks persons about it. */
async function planned(
  { command, env, file, context, input }: Run,
  folder: string,
  way: PlanWay,
  { ask = false, env: left = [] }: Options,
): Promise<{ readonly document: PlanDocument; readonly questions: readonly string[] }> {
  const relay = await PlanRelay.start(way, ask);
  try {
    await relay.check();
    if (relay.fault !== undefined) throw new CliError(`no plan can be made: ${relay.fault}`);
    const kubeconfig = join(folder, 'kubeconfig');
    const config = throughRelay(context, namespaceOf(file, context), relay.url);
    writeFileSync(kubeconfig, stringify(config), { mode: 0o600 });
    const given = {
      ...programEnvironment(env, left, false).env,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(folder, 'cache'),
    };
    // What is read, and printed, when it is run is not when it is planned. What the command says is no answer: it says that all was done.
    const [stdin, stdout] = ask
      ? ([input === undefined ? 'ignore' : 'pipe', 'ignore'] as const)
      : (['inherit', 2] as const);
    if (!ask) process.stderr.write(SAID_BEFORE);
    const exitCode = await runProgram(command, given, undefined, [stdin, stdout, 2], input);
    if (relay.fault !== undefined) throw new CliError(`no plan could be made: ${relay.fault}`);
    const { calls, reads, questions } = relay;
    const answer = calls.every(isYes) ? 'yes' : 'no';
    const told = { questions: planQuestions(calls), budgets: planBudgets(calls) };
    return { document: { command, context, answer, exitCode, calls, reads, ...told }, questions };
  } finally {
    await relay.close();
  }
}

/** Runs it as itself, by the way that was planned: its exit code. */
async function runAsPlanned({ command, env, file, context, input }: Run, folder: string): Promise<number> {
  // The first file says which context is the current one; all else stands in the other, beside the files that it names.
  const chosen = join(folder, 'context');
  writeFileSync(chosen, stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': context }), { mode: 0o600 });
  const own = Object.entries(env).filter((each): each is [string, string] => each[1] !== undefined);
  const given = { ...Object.fromEntries(own), KUBECONFIG: `${chosen}:${file}` };
  return runProgram(command, given, undefined, input === undefined ? 'inherit' : ['pipe', 1, 2], input);
}

/** Limit: the most that a command is given to read, which it reads twice. */
const INPUT_BYTES_MAX = 64 * 1024 * 1024;

/** What a command reads that says so (`-f -`); undefined: it does not. */
async function inputOf(command: readonly string[]): Promise<Buffer | undefined> {
  if (!command.some((word) => /^(?:-|--?\w[\w-]*=-|-f-|\/dev\/stdin)$/.test(word))) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    bytes += (chunk as Buffer).length;
    if (bytes > INPUT_BYTES_MAX) throw new CliError(`what the command reads is larger than ${INPUT_BYTES_MAX} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function namespaceOf(file: string, context: string): string | undefined {
  const { contexts = [] } = parse(readFileSync(file, 'utf8')) as {
    contexts?: readonly { readonly name: string; readonly context?: { readonly namespace?: string } }[];
  };
  return contexts.find(({ name }) => name === context)?.context?.namespace;
}

/** The context under its own name, and no other: a command that names one is stopped by its own client. */
function throughRelay(context: string, namespace: string | undefined, server: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: context, cluster: { server } }],
    contexts: [
      {
        name: context,
        context: { cluster: context, user: context, ...(namespace === undefined ? {} : { namespace }) },
      },
    ],
    users: [{ name: context, user: {} }],
  };
}
