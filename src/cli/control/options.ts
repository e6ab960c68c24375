import type { Command } from 'commander';
import { printableJson } from '../escape-control.ts';
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

/** Prints a list as JSON, or the rows that it makes below their head, or where there are none the sentence that says so. */
export function printList(
  output: ControlOptions['output'],
  value: unknown,
  rows: () => readonly (readonly string[])[],
  none: string,
): void {
  process.stdout.write(output === 'json' ? printableJson(value) : listText(rows(), none));
}

/** Prints a value as JSON, or the rows that it makes. */
export function print(
  output: ControlOptions['output'],
  value: unknown,
  rows: () => readonly (readonly string[])[],
): void {
  process.stdout.write(output === 'json' ? printableJson(value) : `${table(rows()).join('\n')}\n`);
}
