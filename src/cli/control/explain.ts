import { Command } from 'commander';
import type { RefusalView } from '../../control/contract.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl, printableJson } from '../escape-control.ts';
import { controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, withControlOptions } from './options.ts';

/** `sallyport explain`: what the gateway refused its caller, and what to do. */
export function explainCommand(env: Environment): Command {
  return withControlOptions(new Command('explain'))
    .argument('[which]', '`last`, or the id of an exchange', 'last')
    .action(async (which: string, { output, context }: ControlOptions) => {
      const client = await controlClient(env, context);
      const refusal = which === 'last' ? await last(client) : await client.ask('GET', path(which));
      process.stdout.write(output === 'json' ? printableJson(refusal) : lines(refusal as RefusalView));
    });
}

function path(id: string): string {
  return `/refusals/${encodeURIComponent(id)}`;
}

async function last(client: Awaited<ReturnType<typeof controlClient>>): Promise<RefusalView> {
  const { items } = (await client.ask('GET', '/refusals')) as { readonly items: readonly RefusalView[] };
  if (items[0] === undefined) throw new CliError('this gateway has refused you nothing since it was started');
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
