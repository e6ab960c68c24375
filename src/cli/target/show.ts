import { Command } from 'commander';
import type { RegisteredTargetView, TargetVersionView } from '../../control/targets/target-contract.ts';
import { controlClient } from '../control/client.ts';
import type { Environment } from '../control/find-server.ts';
import { type ControlOptions, print, withControlOptions } from '../control/options.ts';

/** `sallyport target show`: a target by API with its versions; nothing of its credential. */
export function showCommand(env: Environment): Command {
  return withControlOptions(new Command('show'))
    .description('show a target that was registered by API: what it is, and each version with who made it so and why')
    .argument('<name>', 'its name')
    .action(async (name: string, { output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const path = `/targets/registered/${encodeURIComponent(name)}`;
      const target = (await client.ask('GET', path)) as RegisteredTargetView;
      const versions = ((await client.ask('GET', `${path}/versions`)) as { items: TargetVersionView[] }).items;
      print(output, { id: name, ...target, versions }, () => rows(versions));
    });
}

function rows(versions: readonly TargetVersionView[]): readonly (readonly string[])[] {
  return [
    ['VERSION', 'CHANGE', 'AT', 'BY', 'SERVER', 'CREDENTIAL', 'CHANGED', 'REASON'],
    ...versions.map(({ version, change, at, by, url, credential, changed, reason }) => [
      String(version),
      change,
      at,
      by.subject,
      url,
      credential,
      changed.join(','),
      reason,
    ]),
  ];
}
