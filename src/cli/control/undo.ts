import { Command } from 'commander';
import type { UndoneView, UndoView } from '../../control/undo-contract.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl } from '../escape-control.ts';
import { controlClient } from './client.ts';
import { isYes } from './confirmed.ts';
import type { Environment } from './find-server.ts';
import { type ControlOptions, print, withControlOptions } from './options.ts';

interface Options extends ControlOptions {
  readonly apply?: boolean;
  readonly digest?: string;
}

/** `sallyport undo`: the way back from one exchange, and taking it. */
export function undoCommand(env: Environment): Command {
  return withControlOptions(new Command('undo'))
    .description(
      'show the way back from an exchange, and what does not come back; on a terminal it asks whether to take it. What it sends is yours, and judged like any request. Exit code 1 where there is none, or it is refused',
    )
    .argument('<exchange>', 'its id')
    .option('--apply', 'take it without asking')
    .option('--digest <digest>', 'take it only if this is still the digest of what is shown')
    .action(async (exchange: string, { output, context, apply = false, digest }: Options) => {
      const client = await controlClient(env, context);
      const path = `/exchanges/${encodeURIComponent(exchange)}/undo`;
      const way = (await client.ask('GET', path)) as UndoView;
      const isAsked = apply || digest !== undefined;
      if (!isAsked || output === 'table') print(output, way, () => rows(way));
      if (way.kind === 'none') {
        process.exitCode = 1;
        return;
      }
      if (digest !== undefined && digest !== way.digest)
        throw new CliError('the way back is not the one with this digest: look at it again');
      // Where nobody sits at a terminal, it is shown and not taken.
      if (!isAsked && !(output === 'table' && (await isYes('take it?', false)))) return;
      const done = (await client.ask('POST', path, { digest: way.digest })) as UndoneView;
      print(output, done, () => [
        [
          done.status < 300
            ? `undone (${done.status}), by exchange ${done.exchange}`
            : `not undone (${done.status}): ${done.message}`,
        ],
      ]);
      if (done.status > 299) process.exitCode = 1;
    });
}

function rows(way: UndoView): readonly (readonly string[])[] {
  if (way.kind === 'none') return [[escapeControl(`there is no way back: ${way.why ?? ''}`)]];
  const { operation = '', asked = '', lost = [], changes, missing = [], digest = '' } = way;
  return [
    operation,
    `  ${asked}`,
    ...lost.map((what) => `does not come back: ${what}`),
    ...(changes ?? []).flatMap(({ at, before, after }) => [
      `  ${at}`,
      ...(before === undefined ? [] : [`  - ${before}`]),
      ...(after === undefined ? [] : [`  + ${after}`]),
    ]),
    ...missing.map((what) => `not shown: ${what}`),
    `digest ${digest}`,
  ].map((line) => [escapeControl(line)]);
}
