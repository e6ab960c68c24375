import { Command } from 'commander';
import type { LiveExchange, SessionView } from '../control/session-contract.ts';
import type { JournalEnd } from '../recording/read-segments.ts';
import { SessionSummaries, type SessionSummary } from '../recording/summarize-sessions.ts';
import type { ControlClient } from './control/client.ts';
import type { Environment } from './control/find-server.ts';
import { listOf, printableJson } from './escape-control.ts';
import { journalsOf, onlyJournal } from './journal-files.ts';
import { instant } from './option-values.ts';
import { readJournal } from './read-journal.ts';
import { begunEvents } from './recorded/begun-events.ts';
import { controlPages } from './recorded/control-pages.ts';
import { followEvents } from './recorded/follow-events.ts';
import { recordedSource, type SourceOptions, withSource } from './recorded/recorded-source.ts';
import { type OutputOptions, printMore, warn, withOutput } from './session-output.ts';
import { listText, table } from './table.ts';

interface ListOptions extends OutputOptions, SourceOptions {
  readonly subject?: string;
  readonly target?: string;
  readonly since?: number;
  readonly follow: boolean;
}

const HEAD = [
  'SESSION',
  'STARTED',
  'LAST',
  'SUBJECT',
  'TARGET',
  'EXCHANGES',
  'REFUSED',
  'FAILED',
  'OPEN',
  'PLANNED',
  'THROTTLED',
];

/** `sallyport sessions list`. */
export function listCommand(env: Environment): Command {
  return withOutput(withSource(new Command('list')), 'sessions, the newest', 100)
    .description('list sessions, the newest first')
    .option('--subject <subject>', 'only those of this caller')
    .option('--target <target>', 'only those on this target')
    .option(
      '--since <when>',
      'only those with an event since an instant (2026-01-31T12:00:00Z) or for a time (90s, 30m, 12h, 7d)',
      instant,
    )
    .option('-f, --follow', 'go on, and print each session as it begins', false)
    .action(async (options: ListOptions) => {
      const source = await recordedSource(options, env);
      if (source.kind === 'control') return listOfControl(source.client, options);
      if (options.follow) return followFiles(await onlyJournal(source.where), options);
      const summaries = summariesOf(options);
      const ends: JournalEnd[] = [];
      for (const folder of await journalsOf(source.where))
        ends.push(await readJournal(folder, (event) => summaries.add(event)));
      const list = summaries.list().map(viewOf);
      print(list, options, summaries.isWhole || list.length < options.limit ? null : list.at(-1)?.id);
      for (const end of ends) warn(end);
    });
}

function summariesOf({ subject, target, since, limit }: ListOptions): SessionSummaries {
  return new SessionSummaries({
    sessionsMax: limit,
    ...(subject === undefined ? {} : { subject }),
    ...(target === undefined ? {} : { target }),
    ...(since === undefined ? {} : { sinceMs: since }),
  });
}

/** Each when there is no more for now behind its first exchange. */
async function followFiles(folder: string, options: ListOptions): Promise<void> {
  const summaries = summariesOf(options);
  const told = new Set<string>();
  let isFirst = true;
  for await (const step of followEvents(folder)) {
    if (step !== 'end') {
      for (const event of step) summaries.add(event);
      continue;
    }
    const list = summaries.list().map(viewOf);
    const unsaid = list.filter(({ id }) => !told.has(id)).reverse();
    if (isFirst) print(list, options);
    else printMore(HEAD, unsaid, cells, options.output);
    for (const { id } of list) told.add(id);
    isFirst = false;
  }
}

/** What one may see there. */
async function listOfControl(client: ControlClient, options: ListOptions): Promise<void> {
  const { subject, target, since, limit, output, follow } = options;
  const query = { caller: subject, target, since: since === undefined ? undefined : time(since) };
  // Asked for before the list, so that what begins meanwhile is told.
  const events = follow ? begunEvents(client.events('/exchanges/events')) : undefined;
  const { items, next } = await controlPages<SessionView, Sessions>(client, '/sessions', query, limit);
  print(items, options, next);
  if (events === undefined) return;
  const told = new Set(items.map(({ id }) => id));
  for await (const event of events) {
    const { session, caller, target: on, at } = event as LiveExchange;
    const isAsked = (subject ?? caller.subject) === caller.subject && (target ?? on) === on;
    if (!isAsked || told.has(session)) continue;
    told.add(session);
    const counts = { exchanges: 1, changes: 0, refused: 0, failed: 0, open: 1, planned: 0, recordings: 0 };
    const begun: SessionView = { id: session, caller, target: on, startedAt: at, lastAt: at, ...counts };
    printMore(HEAD, [begun], cells, output);
  }
}

type Sessions = { readonly items: readonly SessionView[]; readonly next: string | null };

/** A session as the control plane tells it, or the files do. */
interface ShownSession extends Omit<SessionView, 'changes' | 'recordings'> {
  /** Only the files count them. */
  readonly throttled?: number;
}

function viewOf({ session, subject, issuer, kind, startedAt, lastAt, ...same }: SessionSummary): ShownSession {
  return { id: session, caller: { subject, issuer, kind }, startedAt: time(startedAt), lastAt: time(lastAt), ...same };
}

function print(list: readonly ShownSession[], asked: ListOptions, next?: string | null): void {
  const { output, follow } = asked;
  if (output === 'json' && follow) printMore(HEAD, list.toReversed(), cells, output);
  else if (output === 'json') process.stdout.write(printableJson(listOf(list, next)));
  else if (follow) process.stdout.write(`${table([HEAD, ...list.map(cells)]).join('\n')}\n`);
  else process.stdout.write(listText([HEAD, ...list.map(cells)], noneOf(asked)));
}

function noneOf({ subject, target, since }: ListOptions): string {
  const isAll = subject === undefined && target === undefined && since === undefined;
  return isAll ? 'no session is recorded' : 'no session is recorded of what is asked for';
}

function cells({ id, startedAt, lastAt, caller, target, throttled, ...counts }: ShownSession): readonly string[] {
  const numbers = [counts.exchanges, counts.refused, counts.failed, counts.open, counts.planned, throttled ?? '-'];
  return [id, startedAt, lastAt, caller.subject, target || '-', ...numbers.map(String)];
}

function time(at: number): string {
  return new Date(at).toISOString();
}
