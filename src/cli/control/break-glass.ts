import { Command } from 'commander';
import type { ApprovalView } from '../../control/approval-contract.ts';
import { controlClient } from './client.ts';
import { confirmed } from './confirmed.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, withControlOptions } from './options.ts';
import { lookedUp, showApproval } from './read-approval.ts';

/** `sallyport approvals break-glass`: who asks goes through alone, in an emergency, and all see that they did. */
export function breakGlassCommand(env: Environment): Command {
  return withControlOptions(new Command('break-glass'))
    .description(
      'go through alone with what you ask yourself, in an emergency, where the rule names you for it: it runs once, within two minutes; others are told, and it is marked for ever',
    )
    .argument('<id>', 'its id')
    .requiredOption('--reason <text>', 'why it cannot wait for anybody else')
    .action(async (id: string, { output, context, reason }: ControlOptions & { readonly reason: string }) => {
      const client = await controlClient(env, context);
      const asked = await lookedUp(client, id);
      if (output === 'table') {
        showApproval(output, asked, env);
        await confirmed('go through alone, and be seen to?');
      }
      const body = { digest: asked.digest, reason };
      const answered = (await client.ask(
        'POST',
        `/approvals/${encodeURIComponent(id)}/break-glass`,
        body,
      )) as ApprovalView;
      print(output, answered, () => [[`${answered.state}, alone; good until ${answered.goodUntil ?? ''}`]]);
    });
}
