import { Command } from 'commander';
import type { JournalEnd } from '../recording/read-segments.ts';
import {
  type ExchangeView,
  SessionExchanges,
  SessionSummaries,
  type SessionSummary,
} from '../recording/summarize-sessions.ts';
import { CliError } from './cli-error.ts';
import { escapeControl, printableJson } from './escape-control.ts';
import { exportCommand } from './export-command.ts';
import { journalsOf, withJournalOptions } from './journal-files.ts';
import { journalWith } from './journal-with.ts';
import { faultSentence, readJournal } from './read-journal.ts';
import { instant } from './recorded/time-options.ts';
import { replayCommand } from './replay-command.ts';
import { searchCommand } from './search-command.ts';
import { type OutputOptions, printExchanges, warn, withOutput } from './session-output.ts';
import { table } from './table.ts';

interface ListOptions extends OutputOptions {
  readonly subject?: string;
  readonly target?: string;
  readonly since?: number;
}

/** `sallyport sessions`. */
export function sessionsCommand(): Command {
  return new Command('sessions')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(replayCommand())
    .addCommand(searchCommand())
    .addCommand(exportCommand());
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
      const ends: JournalEnd[] = [];
      for (const folder of journalsOf(where)) ends.push(await readJournal(folder, (event) => summaries.add(event)));
      const list = summaries.list();
      process.stdout.write(output === 'json' ? printableJson(list) : listText(list));
      for (const end of ends) warn(end);
    });
}

function showCommand(): Command {
  return withOutput(withJournalOptions(new Command('show')), 'exchanges, the latest', 1_000)
    .description('show the exchanges of a session, in the order in which they began')
    .argument('<session>', 'its id, as `sessions list` prints it')
    .action(async (session: string, { limit, output, ...where }: OutputOptions) => {
      const exchanges = new SessionExchanges(session, limit);
      const end = await readJournal(await journalWith(where, session), (event) => exchanges.add(event));
      const list = exchanges.list();
      if (list.length === 0)
        throw new CliError(
          `there is no session \`${escapeControl(session)}\` in the journal${end.fault === undefined ? '' : `, as far as it holds: ${faultSentence(end)}`}`,
        );
      const { caller, target } = (list[0] as ExchangeView).begun;
      const title = `session ${session}: ${caller.subject} (${caller.issuer}) on ${target || 'no target'}`;
      printExchanges(list, output, title);
      if (exchanges.leftOut > 0)
        process.stderr.write(`${exchanges.leftOut} earlier exchanges are left out; --limit shows more\n`);
      warn(end);
    });
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

function time(at: number): string {
  return new Date(at).toISOString();
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}
