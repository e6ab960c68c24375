import { Command } from 'commander';
import type { KillView, SetKillView } from '../../control/contract.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl, listOf } from '../escape-control.ts';
import { controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, printList, withControlOptions } from './options.ts';

/** `sallyport kill`: one switch, at once, until it is lifted. */
export function killCommand(env: Environment): Command {
  const command = new Command('kill');
  for (const what of ['caller', 'session', 'target'] as const) {
    command.addCommand(
      withReason(new Command(what))
        .description(
          `stop a ${what}: its requests are refused and its streams ended, at every gateway, until it is lifted`,
        )
        .argument('<value>', what === 'caller' ? 'its subject' : what === 'session' ? 'its id' : 'its name')
        .action((value: string, options: ReasonOptions) => kill(env, what, value, options)),
    );
  }
  return command
    .addCommand(
      withReason(new Command('all'))
        .description('stop everything')
        .action((options: ReasonOptions) => kill(env, 'all', '', options)),
    )
    .addCommand(listCommand(env))
    .addCommand(liftCommand(env));
}

interface ReasonOptions extends ControlOptions {
  readonly reason: string;
  readonly at?: readonly string[];
}

function withReason(command: Command): Command {
  return withControlOptions(command)
    .requiredOption('--reason <text>', 'why; who is stopped is told')
    .option(
      '--at <url>',
      'the console of another gateway that is to be told too, where the store does not answer; repeat for more',
      (url: string, before: string[] = []) => [...before, url],
    );
}

async function kill(
  env: Environment,
  what: string,
  value: string,
  { output, context, reason, at = [] }: ReasonOptions,
): Promise<void> {
  const [told, failures] = await tellEach([undefined, ...at], async (url) => {
    const client = await controlClient(env, context, url);
    return (await client.ask('POST', '/kills', { what, value, reason })) as SetKillView;
  });
  if (told.length > 0) print(output, at.length === 0 ? told[0] : listOf(told), () => rows(told));
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  const isEverywhere = told.some(({ isKept }) => isKept);
  if (!isEverywhere && told.length > 0) process.stderr.write(`${whereItHolds(told)}\n`);
  if (failures.length > 0 || (!isEverywhere && notReached(told).length > 0)) process.exitCode = 2;
}

/** Each is tried, whatever became of the one before: whoever can be reached stops it. */
async function tellEach<Told>(
  places: readonly (string | undefined)[],
  tell: (place: string | undefined) => Promise<Told>,
) {
  const [told, failures]: [Told[], string[]] = [[], []];
  for (const place of places) {
    try {
      told.push(await tell(place));
    } catch (error) {
      if (!(error instanceof CliError) || places.length === 1) throw error;
      failures.push(`sallyport: ${error.message}`);
    }
  }
  return [told, failures] as const;
}

function whereItHolds(told: readonly SetKillView[]): string {
  const here = told.map(({ gateway }) => gateway).join(', ');
  const others = notReached(told);
  const rest =
    others.length === 0
      ? 'no other gateway was heard lately'
      : `not reached: ${others.join(', ')}: tell them too, with --at`;
  return escapeControl(
    `sallyport: the store does not answer; it holds at ${here}, over restarts, and goes to the store when that is back; ${rest}`,
  );
}

function notReached(told: readonly SetKillView[]): readonly string[] {
  const reached = new Set(told.map(({ gateway }) => gateway));
  return [...new Set(told.flatMap((each) => each.notReached))].filter((url) => !reached.has(url));
}

function listCommand(env: Environment): Command {
  return withControlOptions(new Command('list'))
    .description('list what is stopped')
    .action(async ({ output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const page = (await client.ask('GET', '/kills')) as { items: KillView[]; next: string | null };
      printList(output, page, () => rows(page.items), 'nothing is stopped');
    });
}

function liftCommand(env: Environment): Command {
  return withControlOptions(new Command('lift'))
    .description('lift a stop')
    .argument('<id>', 'its id')
    .action(async (id: string, { output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const lifted = (await client.ask('DELETE', `/kills/${encodeURIComponent(id)}`)) as KillView;
      print(output, lifted, () => rows([lifted]));
    });
}

function rows(kills: readonly KillView[]): readonly (readonly string[])[] {
  return [
    ['ID', 'STATE', 'WHAT', 'VALUE', 'BY', 'AT', 'REASON'],
    ...kills.map(({ id, state, what, value, by, at, reason }) => [id, state, what, value, by, at, reason]),
  ];
}
