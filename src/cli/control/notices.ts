import { Command } from 'commander';
import type { NoticeView } from '../../control/notices/notice-contract.ts';
import { wholeNumber } from '../option-values.ts';
import { controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, printList, sinceOption, withControlOptions } from './options.ts';

interface ListOptions extends ControlOptions {
  readonly waiting?: boolean;
  readonly since?: number;
  readonly limit: number;
}

/** `sallyport notices`: what people were to be told and were not, and another try. */
export function noticesCommand(env: Environment): Command {
  return new Command('notices').addCommand(listCommand(env)).addCommand(retryCommand(env));
}

function listCommand(env: Environment): Command {
  return withControlOptions(new Command('list'))
    .description('list the notices that were given up, the newest first, each with why')
    .option('--waiting', 'those that still wait to be sent')
    .addOption(sinceOption('of what happened'))
    .option('--limit <count>', 'at most this many', wholeNumber(1, 1_000), 100)
    .action(async ({ output, context, waiting = false, since, limit }: ListOptions) => {
      const client = await controlClient(env, context);
      const query = new URLSearchParams({
        limit: String(limit),
        state: waiting ? 'waiting' : 'dead',
        ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
      });
      const page = (await client.ask('GET', `/notices?${query}`)) as {
        items: NoticeView[];
        next: string | null;
      };
      printList(
        output,
        page,
        () => rows(page.items),
        `no notice${since === undefined ? '' : ' of this time'} ${waiting ? 'waits to be sent' : 'was given up'}`,
      );
    });
}

function retryCommand(env: Environment): Command {
  return withControlOptions(new Command('retry'))
    .description('try one again that was given up')
    .argument('<id>', 'its id')
    .action(async (id: string, { output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const again = (await client.ask('POST', `/notices/${encodeURIComponent(id)}/retry`)) as NoticeView;
      print(output, again, () => rows([again]));
    });
}

function rows(notices: readonly NoticeView[]): readonly (readonly string[])[] {
  return [
    ['ID', 'STATE', 'TO', 'WHAT', 'AT', 'TRIES', 'WHY'],
    ...notices.map(({ id, state, notifier, title, at, tries, failure }) => [
      ...[id, state, notifier, title, at, String(tries), failure],
    ]),
  ];
}
