import { Command } from 'commander';
import type { GatewayPart, GatewayStatus } from '../../control/contract.ts';
import { escapeControl } from '../escape-control.ts';
import { controlClient } from './client.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, withControlOptions } from './options.ts';

/** `sallyport status`: how the gateway that is asked is, part by part. Exit code 1: it is not ready, or a part of it does not work. */
export function statusCommand(env: Environment): Command {
  return withControlOptions(new Command('status')).action(async ({ output, context }: ControlOptions) => {
    const client = await controlClient(env, context);
    const status = (await client.ask('GET', '/gateway')) as GatewayStatus;
    print(output, status, () => rows(status.parts));
    if (output === 'table') for (const line of lines(status)) process.stdout.write(`${escapeControl(line)}\n`);
    const isFailed = status.reasons.length > 0 || status.parts.some(({ state }) => state === 'failed');
    process.exitCode = isFailed ? 1 : 0;
  });
}

function rows(parts: readonly GatewayPart[]): readonly (readonly string[])[] {
  return [
    ['PART', 'STATE', 'FOUND'],
    ...parts.map(({ part, name, worker, state, message }) => [
      [part, name, worker === undefined ? undefined : `(worker ${worker})`].filter(Boolean).join(' '),
      state,
      message,
    ]),
  ];
}

/** Sentences behind the table: they may be long. */
function lines({ reasons, warnings, unsafe, parts }: GatewayStatus): readonly string[] {
  const ailing = parts.filter(({ state }) => state === 'failed' || state === 'warning');
  return [
    ...ailing.map(({ part, name = '', message }) => `${[part, name].join(' ').trimEnd()}: ${message}`),
    ...reasons.map((line) => `not ready: ${line}`),
    ...unsafe.map((line) => `open under unsafe: ${line}`),
    ...warnings.map((line) => `warning: ${line}`),
  ];
}
