import { Command } from 'commander';
import type { NoticeView } from '../../control/notices/notice-contract.ts';
import { controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, printList, withControlOptions } from './options.ts';

/** `sallyport notices`: what people were to be told and were not, and another try. */
export function noticesCommand(env: Environment): Command {
  return new Command('notices').addCommand(listCommand(env)).addCommand(retryCommand(env));
}

function listCommand(env: Environment): Command {
  return withControlOptions(new Command('list'))
    .description('list the notices that were given up, the newest first, each with why')
    .option('--waiting', 'those that still wait to be sent')
    .action(async ({ output, context, waiting = false }: ControlOptions & { readonly waiting?: boolean }) => {
      const client = await controlClient(env, context);
      const page = (await client.ask('GET', `/notices?state=${waiting ? 'waiting' : 'dead'}`)) as {
        items: NoticeView[];
      };
      printList(
        output,
        page,
        () => rows(page.items),
        waiting ? 'no notice waits to be sent' : 'no notice was given up',
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
