import { Command } from 'commander';
import type { RefusalView } from '../../control/contract.ts';
import { escapeControl, printableJson } from '../escape-control.ts';
import { controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, withControlOptions } from './options.ts';

/** `sallyport explain`: what the gateway refused its caller, and what to do. */
export function explainCommand(env: Environment): Command {
  return withControlOptions(new Command('explain'))
    .description(
      'tell what the gateway refused you last, and the smallest grant that would allow it; exit code 1 where it refused nothing',
    )
    .argument('[which]', '`last`, or the id of an exchange', 'last')
    .action(async (which: string, { output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const refusal = which === 'last' ? await last(client) : await client.ask('GET', path(which));
      if (refusal === undefined) {
        // Asked and answered: there is none, as of an id that is none.
        process.stderr.write('sallyport: this gateway has refused you nothing since it was started\n');
        process.exitCode = 1;
        return;
      }
      process.stdout.write(output === 'json' ? printableJson(refusal) : lines(refusal as RefusalView));
    });
}

function path(id: string): string {
  return `/refusals/${encodeURIComponent(id)}`;
}

async function last(client: Awaited<ReturnType<typeof controlClient>>): Promise<RefusalView | undefined> {
  const { items } = (await client.ask('GET', '/refusals')) as { readonly items: readonly RefusalView[] };
  return items[0];
}

function lines({ exchange, at, target, code, message, rule, advice, grant }: RefusalView): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['exchange', exchange],
    ['at', at],
    ['target', target],
    ['code', code],
    ['refused', message],
    ['rule', rule],
    ['advice', advice],
    ['command', grant?.command],
    ['as JSON', grant?.body],
    ['for a person', grant?.link],
  ];
  return rows
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(14)}${escapeControl(value)}\n`]))
    .join('');
}
