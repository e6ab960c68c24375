import { type Command, Option } from 'commander';
import type { JournalEnd } from '../recording/read-segments.ts';
import type { ExchangeView } from '../recording/summarize-sessions.ts';
import { type Run, runsOf } from '../recording/tell-runs.ts';
import { counted } from '../std/counted.ts';
import { escapeControl, listOf, printableJson, printableLine } from './escape-control.ts';
import type { JournalOptions } from './journal-files.ts';
import { wholeNumber } from './option-values.ts';
import { type OutputFormat, outputOption } from './output-option.ts';
import { faultSentence } from './read-journal.ts';
import { EXCHANGE_HEAD, idFirst, type ShownExchange, shownView } from './recorded/shown-exchange.ts';
import { table } from './table.ts';

/** How what was found is printed. */
export interface OutputOptions extends JournalOptions {
  readonly output: OutputFormat;
  readonly limit: number;
}

/** Adds the options that say how, and how many. */
export function withOutput(command: Command, what: string, limit: number): Command {
  return command
    .addOption(outputOption())
    .addOption(
      new Option('--limit <count>', `at most this many ${what}`).argParser(wholeNumber(1, 999_999)).default(limit),
    );
}

/** What comes behind a fault is not shown, and whoever reads the list is told. An unfinished last line is what a running gateway is writing. */
export function warn(end: JournalEnd): void {
  if (end.fault === undefined || end.fault.fault.kind === 'unfinished') return;
  process.stderr.write(
    `the journal does not hold, and what follows is not shown: ${escapeControl(faultSentence(end))}\n`,
  );
  process.exitCode = 1;
}

/** Exchanges of a journal's files. `isCut`: older ones are left out. */
export function printViews(
  list: readonly ExchangeView[],
  isCut: boolean,
  output: OutputOptions['output'],
  title?: string,
): void {
  const items = list.map(idFirst);
  printExchanges(list.map(shownView), listOf(items, isCut ? items[0]?.id : null), output, title);
}

/** Exchanges in a table, each with what it has no column for; or `json`, as it is. */
export function printExchanges(
  list: readonly ShownExchange[],
  json: ReturnType<typeof listOf>,
  output: OutputOptions['output'],
  title?: string,
): void {
  process.stdout.write(output === 'json' ? printableJson(json) : exchangesText(list, title));
}

/** Rows below a table that is printed already, or each value as a line of JSON. */
export function printMore<Value>(
  head: readonly string[],
  values: readonly Value[],
  cellsOf: (value: Value) => readonly string[],
  output: OutputOptions['output'],
): void {
  if (values.length === 0) return;
  const [, ...rows] = table([head, ...values.map(cellsOf)]);
  process.stdout.write(output === 'json' ? values.map(printableLine).join('') : lines(rows));
}

function exchangesText(list: readonly ShownExchange[], title: string | undefined): string {
  if (list.length === 0 && title === undefined) return 'no exchange is recorded of what is asked for\n';
  const [head, ...rows] = table([EXCHANGE_HEAD, ...list.map(({ cells }) => cells)]);
  const runs = runsOf(list.map(({ part }) => part));
  const shown = rows.flatMap((text, i) => {
    const isNew = runs[i] !== runs[i - 1];
    return [...(isNew ? runWords(runs[i] as Run) : []), text, ...(list[i] as ShownExchange).remarks];
  });
  return lines([...(title === undefined ? [] : [escapeControl(title)]), head ?? '', ...shown]);
}

/** What was run, and what came of it; nothing of calls that nobody says belong together. */
function runWords({ by, title, exchanges, changes, refused, startedAt, lastAt }: Run): readonly string[] {
  if (by === 'time') return [];
  const seconds = ((lastAt - startedAt) / 1_000).toFixed(1);
  const parts = [
    `${counted(exchanges, 'call')}`,
    `${counted(changes, 'change')}`,
    `${refused} refused`,
    `${seconds} s`,
  ].join(', ');
  const what = by === 'caller' ? `as the caller says, “${title}”` : `${title}, by its release records`;
  return [escapeControl(`  ${what}: ${parts}`)];
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}
