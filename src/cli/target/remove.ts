import { Command } from 'commander';
import type { RegisteredTargetView } from '../../control/targets/target-contract.ts';
import { controlClient } from '../control/client.ts';
import type { Environment } from '../control/find-server.ts';
import { type ControlOptions, print, withControlOptions } from '../control/options.ts';

/** `sallyport target remove`. */
export function removeCommand(env: Environment): Command {
  return withControlOptions(new Command('remove'))
    .description(
      'remove a target that was registered by API: at once, at every gateway, with its streams and its credential',
    )
    .argument('<name>', 'its name')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .action(async (name: string, { output, context, reason }: ControlOptions & { readonly reason: string }) => {
      const client = await controlClient(env, context);
      const path = `/targets/registered/${encodeURIComponent(name)}/remove`;
      const removed = (await client.ask('POST', path, { reason })) as RegisteredTargetView;
      print(output, { id: name, ...removed }, () => [
        ['NAME', 'STATE', 'VERSION'],
        [removed.name, removed.state, String(removed.version)],
      ]);
    });
}
