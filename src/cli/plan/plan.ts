/*
 * `sallyport plan`: what a whole command would do, told before it is run. It is run against a relay of this process, by which the gateway is asked about each request; nothing
 * is written at the target, and nobody is asked. What else the command does, to files or to other services, it does.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { parse, stringify } from 'yaml';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../control/find-server.ts';
import { paintFor } from '../control/paint.ts';
import { printableJson } from '../escape-control.ts';
import { findContext } from '../find-context.ts';
import { programEnvironment } from '../run/program-environment.ts';
import { runProgram } from '../run/run-program.ts';
import { isYes } from './plan-call.ts';
import type { PlanDocument } from './plan-document.ts';
import { PlanRelay } from './plan-relay.ts';
import { planText } from './plan-text.ts';
import type { OpenPlanWay } from './plan-way.ts';

interface Options {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly env?: string[];
  readonly output: 'text' | 'json';
}

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
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
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
  const { file, context } = findContext(options, env);
  const way = open(file, context);
  const folder = mkdtempSync(join(env.XDG_RUNTIME_DIR || tmpdir(), 'sallyport-plan-'));
  try {
    const relay = await PlanRelay.start(way);
    try {
      await relay.check();
      if (relay.fault !== undefined) throw new CliError(`no plan can be made: ${relay.fault}`);
      const kubeconfig = join(folder, 'kubeconfig');
      writeFileSync(kubeconfig, stringify(planned(context, namespaceOf(file, context), relay.url)), { mode: 0o600 });
      const given = {
        ...programEnvironment(env, options.env ?? [], false).env,
        KUBECONFIG: kubeconfig,
        KUBECACHEDIR: join(folder, 'cache'),
      };
      // What the command says is no answer: it says that all was done.
      const exitCode = await runProgram(command, given, undefined, ['inherit', 2, 2]);
      if (relay.fault !== undefined) throw new CliError(`no plan could be made: ${relay.fault}`);
      const { calls, reads } = relay;
      const answer = calls.every(isYes) ? 'yes' : 'no';
      const document: PlanDocument = { command, context, answer, exitCode, calls, reads };
      const isJson = options.output === 'json';
      const paint = paintFor(process.stdout, env.NO_COLOR);
      process.stdout.write(isJson ? printableJson(document) : planText(document, paint));
      if (answer === 'no') return 1;
      if (exitCode !== 0)
        throw new CliError(`the command ended with ${exitCode} before its end: the plan is not whole`);
      return 0;
    } finally {
      await relay.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await way.close();
  }
}

function namespaceOf(file: string, context: string): string | undefined {
  const { contexts = [] } = parse(readFileSync(file, 'utf8')) as {
    contexts?: readonly { readonly name: string; readonly context?: { readonly namespace?: string } }[];
  };
  return contexts.find(({ name }) => name === context)?.context?.namespace;
}

/** The context under its own name, and no other: a command that names one is stopped by its own client. */
function planned(context: string, namespace: string | undefined, server: string): unknown {
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
