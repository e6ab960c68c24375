import { Command } from 'commander';
import type { KillView } from '../../control/contract.ts';
import { controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, withControlOptions } from './options.ts';

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
}

function withReason(command: Command): Command {
  return withControlOptions(command).requiredOption('--reason <text>', 'why; who is stopped is told');
}

async function kill(env: Environment, what: string, value: string, { output, context, reason }: ReasonOptions) {
  const client = await controlClient(env, context);
  const made = (await client.ask('POST', '/kills', { what, value, reason })) as KillView;
  print(output, made, () => rows([made]));
}

function listCommand(env: Environment): Command {
  return withControlOptions(new Command('list'))
    .description('list what is stopped')
    .action(async ({ output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const page = (await client.ask('GET', '/kills')) as { items: KillView[] };
      print(output, page, () => rows(page.items));
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
