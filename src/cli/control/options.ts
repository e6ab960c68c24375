import { type Command, Option } from 'commander';
import { escapeControl, type JsonDocument, printableJson, printableLine } from '../escape-control.ts';
import { instant } from '../option-values.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { listText, table } from '../table.ts';

/** What every command of the control plane takes. */
export interface ControlOptions {
  readonly context?: string;
  readonly output: OutputFormat;
}

/** Adds `--context` and `-o`. */
export function withControlOptions(command: Command): Command {
  return command
    .option('--context <name>', 'the control plane to ask; default: SALLYPORT_SERVER, else the current context')
    .addOption(outputOption());
}

/** `--since` of a list: what became so then or later. */
export function sinceOption(became: string): Option {
  return new Option(
    '--since <when>',
    `only those ${became} since an instant (2026-01-31T12:00:00Z) or for a time (90s, 30m, 12h, 7d)`,
  ).argParser(instant);
}

/** Prints a list as JSON, or the rows that it makes below their head, or where there are none the sentence that says so. */
export function printList(
  output: ControlOptions['output'],
  value: { readonly items: readonly unknown[]; readonly next: string | null },
  rows: () => readonly (readonly string[])[],
  none: string,
): void {
  process.stdout.write(output === 'json' ? printableJson(value) : listText(rows(), none));
}

/** Prints what has changed in a line: of JSON, or of the row that it makes below its head. */
export function printChange(
  output: ControlOptions['output'],
  change: unknown,
  rows: () => readonly (readonly string[])[],
): void {
  process.stdout.write(output === 'json' ? printableLine(change) : `${escapeControl((rows()[1] ?? []).join('  '))}\n`);
}

/** Prints a value as JSON, or the rows that it makes. */
export function print<Value>(
  output: ControlOptions['output'],
  value: JsonDocument<Value>,
  rows: () => readonly (readonly string[])[],
): void {
  process.stdout.write(output === 'json' ? printableJson(value) : `${table(rows()).join('\n')}\n`);
}
