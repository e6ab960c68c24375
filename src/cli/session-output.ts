import { type Command, InvalidArgumentError, Option } from 'commander';
import type { JournalEnd } from '../recording/read-segments.ts';
import { runPart } from '../recording/run-part.ts';
import type { ExchangeView } from '../recording/summarize-sessions.ts';
import { type Run, runsOf } from '../recording/tell-runs.ts';
import { escapeControl, printableJson } from './escape-control.ts';
import type { JournalOptions } from './journal-files.ts';
import { faultSentence } from './read-journal.ts';
import { table } from './table.ts';

/** How what was found is printed. */
export interface OutputOptions extends JournalOptions {
  readonly output: 'text' | 'json';
  readonly limit: number;
}

/** Adds the options that say how, and how many. */
export function withOutput(command: Command, what: string, limit: number): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addOption(new Option('--limit <count>', `at most this many ${what}`).argParser(count).default(limit));
}

/** What comes behind a fault is not shown, and whoever reads the list is told. An unfinished last line is what a running gateway is writing. */
export function warn(end: JournalEnd): void {
  if (end.fault === undefined || end.fault.fault.kind === 'unfinished') return;
  process.stderr.write(
    `the journal does not hold, and what follows is not shown: ${escapeControl(faultSentence(end))}\n`,
  );
  process.exitCode = 1;
}

/** Exchanges in a table, each with what it has no column for; or as JSON. */
export function printExchanges(list: readonly ExchangeView[], output: OutputOptions['output'], title?: string): void {
  process.stdout.write(output === 'json' ? printableJson(list) : exchangesText(list, title));
}

function exchangesText(list: readonly ExchangeView[], title: string | undefined): string {
  const [head, ...rows] = table([
    ['TIME', 'VERB', 'RESOURCE', 'NAME', 'OUTCOME', 'STATUS', 'RULE', 'MS'],
    ...list.map(row),
  ]);
  const runs = runsOf(list.map(runPart));
  const shown = rows.flatMap((text, i) => {
    const isNew = runs[i] !== runs[i - 1];
    return [...(isNew ? runWords(runs[i] as Run) : []), text, ...remarks(list[i] as ExchangeView)];
  });
  return lines([...(title === undefined ? [] : [escapeControl(title)]), head ?? '', ...shown]);
}

/** What was run, and what came of it; nothing of calls that nobody says belong together. */
function runWords({ by, title, exchanges, changes, refused, startedAt, lastAt }: Run): readonly string[] {
  if (by === 'time') return [];
  const seconds = ((lastAt - startedAt) / 1_000).toFixed(1);
  const parts = [`${exchanges} calls`, `${changes} changes`, `${refused} refused`, `${seconds} s`].join(', ');
  const what = by === 'caller' ? `as the caller says, “${title}”` : `${title}, by its release records`;
  return [escapeControl(`  ${what}: ${parts}`)];
}

function row({ begun, permittedBy, ended }: ExchangeView): readonly string[] {
  const operation = begun.operation;
  const kind = operation === undefined ? '' : [operation.resource, operation.subresource].filter(Boolean).join('/');
  const group = operation === undefined || operation.apiGroup === '' ? '' : `.${operation.apiGroup}`;
  const resource = kind === '' ? (operation?.path ?? '') : `${kind}${group}`;
  const name = [operation?.namespace, operation?.name].filter(Boolean).join('/');
  const outcome = ended?.outcome;
  const status = outcome !== undefined && 'status' in outcome ? String(outcome.status ?? '') : '';
  const rule = ended?.decision?.rule ?? permittedBy ?? '';
  const duration = ended?.traffic === undefined ? '' : String(Math.round(ended.traffic.durationMs));
  return [
    time(begun.at),
    operation?.verb ?? begun.method,
    resource,
    name,
    outcome?.kind ?? 'open',
    status,
    rule,
    duration,
  ];
}

/** What a row has no column for: what was run in a pod, why it was refused, and what has no exchange. */
function remarks({ begun, ended, throttled }: ExchangeView): readonly string[] {
  const argv = begun.operation?.stream?.argv ?? [];
  const outcome = ended?.outcome;
  return [
    ...(argv.length === 0
      ? []
      : [
          `    runs ${argv.map((argument) => escapeControl(JSON.stringify(argument))).join(' ')}`,
          `    sallyport sessions replay ${begun.exchange}`,
        ]),
    ...(outcome?.kind === 'refused' || outcome?.kind === 'broken'
      ? [
          `    ${outcome.code}: ${escapeControl(outcome.message)}${outcome.detail === undefined ? '' : ` (${escapeControl(outcome.detail)})`}`,
        ]
      : []),
    ...(throttled === undefined
      ? []
      : [
          `    CALLER_THROTTLED: from ${time(throttled.since)} to ${time(throttled.at)} the caller asked too fast: ${throttled.requests} requests, on whatever target, were refused`,
        ]),
  ];
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1 to 999999');
  return Number(text);
}
