import { Command, InvalidArgumentError, Option } from 'commander';
import type { JournalEnd } from '../recording/read-segments.ts';
import {
  type ExchangeView,
  SessionExchanges,
  SessionSummaries,
  type SessionSummary,
} from '../recording/summarize-sessions.ts';
import { CliError } from './cli-error.ts';
import { escapeControl, printableJson } from './escape-control.ts';
import { type JournalOptions, journalFolder, withJournalOptions } from './journal-files.ts';
import { faultSentence, readJournal } from './read-journal.ts';
import { instant } from './recorded/time-options.ts';
import { replayCommand } from './replay-command.ts';
import { table } from './table.ts';

interface OutputOptions extends JournalOptions {
  readonly output: 'text' | 'json';
  readonly limit: number;
}

interface ListOptions extends OutputOptions {
  readonly subject?: string;
  readonly target?: string;
  readonly since?: number;
}

/** `sallyport sessions`. */
export function sessionsCommand(): Command {
  return new Command('sessions').addCommand(listCommand()).addCommand(showCommand()).addCommand(replayCommand());
}

function listCommand(): Command {
  return withOutput(withJournalOptions(new Command('list')), 'sessions, the newest', 100)
    .description('list sessions, the newest first')
    .option('--subject <subject>', 'only those of this caller')
    .option('--target <target>', 'only those on this target')
    .option(
      '--since <when>',
      'only those with an event since an instant (2026-01-31T12:00:00Z) or for a time (90s, 30m, 12h, 7d)',
      instant,
    )
    .action(async ({ subject, target, since, limit, output, ...where }: ListOptions) => {
      const summaries = new SessionSummaries({
        sessionsMax: limit,
        ...(subject === undefined ? {} : { subject }),
        ...(target === undefined ? {} : { target }),
        ...(since === undefined ? {} : { sinceMs: since }),
      });
      const end = await readJournal(journalFolder(where), (event) => summaries.add(event));
      const list = summaries.list();
      process.stdout.write(output === 'json' ? printableJson(list) : listText(list));
      warn(end);
    });
}

function showCommand(): Command {
  return withOutput(withJournalOptions(new Command('show')), 'exchanges, the latest', 1_000)
    .description('show the exchanges of a session, in the order in which they began')
    .argument('<session>', 'its id, as `sessions list` prints it')
    .action(async (session: string, { limit, output, ...where }: OutputOptions) => {
      const exchanges = new SessionExchanges(session, limit);
      const end = await readJournal(journalFolder(where), (event) => exchanges.add(event));
      const list = exchanges.list();
      if (list.length === 0)
        throw new CliError(
          `there is no session \`${escapeControl(session)}\` in the journal${end.fault === undefined ? '' : `, as far as it holds: ${faultSentence(end)}`}`,
        );
      process.stdout.write(output === 'json' ? printableJson(list) : showText(list));
      if (exchanges.leftOut > 0)
        process.stderr.write(`${exchanges.leftOut} earlier exchanges are left out; --limit shows more\n`);
      warn(end);
    });
}

function withOutput(command: Command, what: string, limit: number): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addOption(new Option('--limit <count>', `at most this many ${what}`).argParser(count).default(limit));
}

/** What comes behind a fault is not shown, and whoever reads the list is told. An unfinished last line is what a running gateway is writing. */
function warn(end: JournalEnd): void {
  if (end.fault === undefined || end.fault.fault.kind === 'unfinished') return;
  process.stderr.write(
    `the journal does not hold, and what follows is not shown: ${escapeControl(faultSentence(end))}\n`,
  );
  process.exitCode = 1;
}

function listText(list: readonly SessionSummary[]): string {
  const rows = list.map(({ session, startedAt, lastAt, subject, target, ...counts }) => [
    session,
    time(startedAt),
    time(lastAt),
    subject,
    target || '-',
    ...[counts.exchanges, counts.refused, counts.failed, counts.open, counts.throttled].map(String),
  ]);
  return lines(
    table([
      ['SESSION', 'STARTED', 'LAST', 'SUBJECT', 'TARGET', 'EXCHANGES', 'REFUSED', 'FAILED', 'OPEN', 'THROTTLED'],
      ...rows,
    ]),
  );
}

function showText(list: readonly ExchangeView[]): string {
  const [head, ...rows] = table([
    ['TIME', 'VERB', 'RESOURCE', 'NAME', 'OUTCOME', 'STATUS', 'RULE', 'MS'],
    ...list.map(row),
  ]);
  const { caller, target, session } = (list[0] as ExchangeView).begun;
  const title = escapeControl(`session ${session}: ${caller.subject} (${caller.issuer}) on ${target || 'no target'}`);
  return lines([title, head ?? '', ...rows.flatMap((text, i) => [text, ...remarks(list[i] as ExchangeView)])]);
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
      : [`    runs ${argv.map((argument) => escapeControl(JSON.stringify(argument))).join(' ')}`]),
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
