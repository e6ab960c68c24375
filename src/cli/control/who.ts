import { Command } from 'commander';
import type { Present } from '../../control/contract.ts';
import { controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, printList, withControlOptions } from './options.ts';

/** `sallyport who`: who is in now at the gateway that is asked. */
export function whoCommand(env: Environment): Command {
  return withControlOptions(new Command('who')).action(async ({ output, context }: ControlOptions) => {
    const client = await controlClient(env, context);
    const page = (await client.ask('GET', '/who')) as { items: Present[]; next: string | null };
    printList(
      output,
      page,
      () => [
        ['SUBJECT', 'TARGET', 'SESSION', 'GRANT', 'REQUESTS', 'STREAMS'],
        ...page.items.map(({ subject, target, session, grant = '', requests, streams }) => [
          subject,
          target,
          session,
          grant,
          String(requests),
          String(streams),
        ]),
      ],
      'nobody is in now',
    );
  });
}
