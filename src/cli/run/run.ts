/*
 * `sallyport run`: a program with access of its own, for one task. The person's token is exchanged for one of the gateway's own, that reaches less and ends
 * with the program, however that ends; what the task needs beyond the person's standing rights is asked for, and bound to this run.
 */
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { GivenToken, GrantAskBody, GrantView, TargetPlace } from '../../control/contract.ts';
import { isTrustedUrl } from '../../std/trusted-url.ts';
import { CliError } from '../cli-error.ts';
import { type ControlClient, ControlRefusal, controlClient } from '../control/client.ts';
import { type Environment, findServer } from '../control/find-server.ts';
import { waitForGrant } from '../control/wait-for-grant.ts';
import { escapeControl } from '../escape-control.ts';
import { lengthOfTime } from '../option-values.ts';
import { guideText, type ScopeOutcome, summaryLines } from './guide.ts';
import { keepLease } from './lease.ts';
import { programEnvironment } from './program-environment.ts';
import { type Reach, reachOf } from './reach.ts';
import { runProgram } from './run-program.ts';
import { type RelayedAddress, sandboxed } from './sandbox.ts';
import { scopesOfText } from './scope-text.ts';
import { openWayOut } from './way-out.ts';
import { makeWorkspace, type NamedTarget, type Workspace } from './workspace.ts';

type Scope = GrantAskBody['scopes'][number];

interface Options {
  readonly for: string;
  readonly target?: string[];
  readonly scope?: string[];
  readonly task: string;
  readonly env?: string[];
  readonly server?: string;
  readonly context?: string;
  readonly quiet?: boolean;
  readonly sandbox?: boolean;
  readonly network: 'gateway' | 'host';
  readonly tool?: string[];
}

/** `sallyport run`. */
export function runCommand(env: Environment): Command {
  const more = (value: string, before: string[] = []) => [...before, value];
  return new Command('run')
    .argument('<command...>', 'the program and its arguments, behind `--`')
    .option('--for <length>', 'how long its access lasts, an hour at most: 90s, 20m, 1h', lengthOfTime, '20m')
    .option(
      '--target <name>',
      'a target that it reaches; repeat for more; may be left out where there is only one',
      more,
    )
    .option(
      '--scope <text>',
      'what it may do there, as `get,list pods,deployments.apps -n shop`; repeat for more; without, whatever you may as a program',
      more,
    )
    .option('--task <text>', 'what it is for, in your own words', '')
    .option(
      '--env <name>',
      'leave it this variable, though its name says that it holds a secret; repeat for more',
      more,
    )
    .option('--server <url>', 'where callers reach the gateway, if not at the host of the control plane')
    .option('--context <name>', 'the control plane to ask; default: SALLYPORT_SERVER, else the current context')
    .option('--sandbox', 'run it with bubblewrap: home empty, only the working folder writable, no process but its own')
    .addOption(
      new Option('--network <network>', 'in a sandbox: what it reaches, the gateway alone or all that this host does')
        .choices(['gateway', 'host'])
        .default('gateway'),
    )
    .option('--tool <path>', 'in a sandbox: a file or folder that it may read too; repeat for more', more)
    .option('-q, --quiet', 'do not tell what it reaches')
    .action(async (command: string[], options: Options) => {
      process.exitCode = await run(env, command, options);
    });
}

async function run(env: Environment, command: readonly string[], options: Options): Promise<number> {
  const place = findServer(env, options.context);
  const person = await controlClient(env, options.context);
  const places = ((await person.ask('GET', '/targets')) as { items: TargetPlace[] }).items;
  const targets = chosenTargets(places, options.target);
  const scopes = targets.flatMap(({ name }) =>
    (options.scope ?? []).map((text) => ({ text, target: name, parts: scopesOfText(text, name) })),
  );
  const caPem = place.caFile === undefined ? undefined : readFileSync(place.caFile, 'utf8');
  const workspace = makeWorkspace(env.XDG_RUNTIME_DIR, caPem);
  let given: GivenToken | undefined;
  try {
    given = (await person.ask('POST', '/tokens', {
      task: options.task,
      targets: targets.map(({ name }) => name),
      ...(scopes.length === 0 ? {} : { scopes: scopes.flatMap(({ parts }) => parts) }),
      for: options.for,
      leased: true,
    })) as GivenToken;
    const { id, endsAt } = given;
    const stop = keepLease(person, id, () => say('the program’s access has ended; the program itself goes on'));
    try {
      const urls = new Map(targets.map((target) => [target.name, urlOf(target, options.server, place.server)]));
      workspace.writeToken(given.token);
      workspace.writeKubeconfig(targets.map(({ name }) => named(name, urls, scopes)));
      const programEnv = environmentOf(env, options, workspace, place.server);
      const own = await controlClient(programEnv.env);
      const outcomes: ScopeOutcome[] = [];
      for (const { text, target, parts } of scopes)
        for (const part of parts) {
          const way = { url: urls.get(target) as string, caPem, token: given.token };
          outcomes.push({ text, target, ...(await granted(own, part, options.task, () => reachOf(way, part))) });
        }
      const facts = {
        task: options.task,
        subject: given.giver.subject,
        targets: [...urls.keys()],
        endsAt,
        outcomes,
        isScoped: scopes.length > 0,
        sandbox: sandboxText(options),
      };
      workspace.writeGuide(guideText(facts));
      if (options.quiet !== true) for (const line of summaryLines(facts)) say(line);
      if (programEnv.left.length > 0 && options.quiet !== true) say(`not given to it: ${programEnv.left.join(', ')}`);
      return await start(command, options, programEnv.env, workspace, [...urls.values(), place.server]);
    } finally {
      stop();
    }
  } finally {
    workspace.remove();
    if (given !== undefined) await end(person, given.id);
  }
}

function chosenTargets(places: readonly TargetPlace[], names: readonly string[] | undefined): readonly TargetPlace[] {
  const known = places.map(({ name }) => `\`${name}\``).join(', ') || 'none';
  if (names === undefined) {
    if (places.length === 1) return places;
    throw new CliError(`name a target with --target: ${known}`);
  }
  return [...new Set(names)].map((name) => {
    const place = places.find((each) => each.name === name);
    if (place === undefined) throw new CliError(`there is no target \`${name}\`; there is ${known}`);
    return place;
  });
}

function urlOf({ port, path, hostNames }: TargetPlace, server: string | undefined, control: string): string {
  if (server === undefined) return `https://${hostNames[0] ?? new URL(control).hostname}:${port}${path}`;
  if (!URL.canParse(server) || !isTrustedUrl(server))
    throw new CliError(`--server is \`${server}\`; expected an https URL, such as https://gateway.example.com`);
  return `${server.replace(/\/$/, '')}${path}`;
}

function named(
  name: string,
  urls: ReadonlyMap<string, string>,
  scopes: readonly { target: string; parts: readonly Scope[] }[],
): NamedTarget {
  const namespaces = new Set(
    scopes
      .filter(({ target }) => target === name)
      .flatMap(({ parts }) => parts.flatMap((part) => part.namespaces ?? [])),
  );
  return {
    name,
    url: urls.get(name) as string,
    namespace: namespaces.size === 1 ? ([...namespaces][0] as string) : '',
  };
}

function environmentOf(env: Environment, options: Options, workspace: Workspace, server: string) {
  const { env: plain, left } = programEnvironment(env, options.env ?? [], options.sandbox === true);
  return {
    left,
    env: {
      ...plain,
      KUBECONFIG: workspace.kubeconfigFile,
      SALLYPORT_SERVER: server,
      SALLYPORT_TOKEN_FILE: workspace.tokenFile,
      ...(workspace.caFile === undefined ? {} : { SALLYPORT_CA_FILE: workspace.caFile }),
      SALLYPORT_GUIDE: workspace.guideFile,
    },
  };
}

function sandboxText({ sandbox, network }: Options): string {
  return sandbox === true
    ? `in a sandbox whose network is ${network === 'host' ? 'this host’s' : 'the gateway alone'}`
    : '';
}

async function start(
  command: readonly string[],
  { sandbox, network, tool = [] }: Options,
  env: Readonly<Record<string, string>>,
  workspace: Workspace,
  urls: readonly string[],
): Promise<number> {
  if (sandbox !== true) return runProgram(command, env);
  const addresses = [...new Map(urls.map(addressOf).map((address) => [address.port, address])).values()];
  const boxed = { command, env, folder: process.cwd(), workspace: workspace.folder, network, addresses, tools: tool };
  const wayOut = await openWayOut(workspace.folder, network === 'gateway' ? addresses : []);
  try {
    return await runProgram(sandboxed(boxed), env, wayOut.signal);
  } finally {
    wayOut.close();
  }
}

function addressOf(url: string): RelayedAddress {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
}

/** What a scope reaches, once what it does not is asked for; a no is told, and the program runs without it. */
async function granted(
  client: ControlClient,
  scope: Scope,
  reason: string,
  look: () => Promise<Reach>,
): Promise<Pick<ScopeOutcome, 'reach' | 'grant' | 'notGranted'>> {
  const before = await look();
  if (before.unasked === 0 && before.asked.every(({ isAllowed }) => isAllowed)) return { reach: before };
  try {
    const asked = (await client.ask('POST', '/grants', { scopes: [scope], reason })) as GrantView;
    if (asked.state === 'pending')
      say(`waiting for a person: grant ${asked.id}${asked.note === undefined ? '' : `: ${asked.note}`}`);
    const grant = await waitForGrant(client, asked);
    if (grant.state === 'ended') return { reach: before, notGranted: `it ended: ${grant.endedBy ?? ''}` };
    return { reach: await look(), grant: { id: grant.id, endsAt: grant.endsAt ?? '' } };
  } catch (error) {
    if (error instanceof ControlRefusal) return { reach: before, notGranted: error.message };
    throw error;
  }
}

async function end(client: ControlClient, token: string): Promise<void> {
  await client.ask('DELETE', `/tokens/${token}`).catch((error: unknown) => {
    if (error instanceof ControlRefusal && error.problem.status === 404) return;
    say(`its access could not be ended now and ends by itself within 30 s: ${(error as Error).message}`);
  });
}

function say(line: string): void {
  process.stderr.write(`sallyport: ${escapeControl(line)}\n`);
}
