import { Command } from 'commander';
import type { ExchangeRowView, LiveExchange, SessionStoryView } from '../control/session-contract.ts';
import { type ExchangeView, SessionExchanges } from '../recording/summarize-sessions.ts';
import { counted } from '../std/counted.ts';
import { CliError } from './cli-error.ts';
import type { ControlClient } from './control/client.ts';
import type { Environment } from './control/find-server.ts';
import { escapeControl, listOf } from './escape-control.ts';
import { journalWith } from './journal-with.ts';
import { faultSentence, readJournal } from './read-journal.ts';
import { begunEvents } from './recorded/begun-events.ts';
import { controlPages } from './recorded/control-pages.ts';
import { followEvents } from './recorded/follow-events.ts';
import { recordedSource, type SourceOptions, withSource } from './recorded/recorded-source.ts';
import { EXCHANGE_HEAD, idFirst, rowCells, shownRow, shownView } from './recorded/shown-exchange.ts';
import { type OutputOptions, printExchanges, printMore, printViews, warn, withOutput } from './session-output.ts';

interface ShowOptions extends OutputOptions, SourceOptions {
  readonly follow: boolean;
}

/** `sallyport sessions show`. */
export function showCommand(env: Environment): Command {
  return withOutput(
    withSource(new Command('show')),
    'exchanges: of a journal’s files the latest, of a control plane the first',
    1_000,
  )
    .description('show the exchanges of a session, in the order in which they began')
    .argument('<session>', 'its id, as `sessions list` prints it')
    .option('-f, --follow', 'go on: each exchange as it ends, and what goes on for long also as it begins', false)
    .action(async (session: string, options: ShowOptions) => {
      const source = await recordedSource(options, env);
      if (source.kind === 'control') return showOfControl(source.client, session, options);
      const folder = await journalWith(source.where, session);
      if (options.follow) return followFiles(folder, session, options);
      const exchanges = new SessionExchanges(session, options.limit);
      const end = await readJournal(folder, (event) => exchanges.add(event));
      const list = exchanges.list();
      if (list.length === 0)
        throw new CliError(
          `${noSession(session)}${end.fault === undefined ? '' : `, as far as it holds: ${faultSentence(end)}`}`,
        );
      print(session, list, options, exchanges.leftOut > 0);
      tellLeftOut(exchanges.leftOut);
      warn(end);
    });
}

async function followFiles(folder: string, session: string, options: ShowOptions): Promise<void> {
  const exchanges = new SessionExchanges(session, options.limit);
  const told = new Map<string, string>();
  let isFirst = true;
  for await (const step of followEvents(folder)) {
    if (step !== 'end') {
      for (const event of step) exchanges.add(event);
      continue;
    }
    const list = exchanges.list();
    if (isFirst && list.length === 0) throw new CliError(noSession(session));
    const news = list.filter((view) => isNews(view, isFirst) && told.get(view.begun.exchange) !== stateOf(view));
    if (isFirst && options.output === 'table') print(session, list, options);
    else printMore(EXCHANGE_HEAD, news.map(idFirst), (view) => shownView(view).cells, options.output);
    for (const view of isFirst ? list.filter((each) => isNews(each, true)) : news)
      told.set(view.begun.exchange, stateOf(view));
    isFirst = false;
  }
}

/** Of what has not ended, only what goes on for long. */
function isNews({ begun, ended }: ExchangeView, isFirst: boolean): boolean {
  const isLong = begun.operation?.verb === 'watch' || begun.operation?.stream !== undefined;
  return ended !== undefined || isLong || isFirst;
}

function stateOf({ ended }: ExchangeView): string {
  return ended === undefined ? 'open' : 'ended';
}

/** What one may see there. */
async function showOfControl(client: ControlClient, session: string, options: ShowOptions): Promise<void> {
  // Asked for before the list, so that what ends meanwhile is told.
  const events = options.follow ? begunEvents(client.events('/exchanges/events')) : undefined;
  const path = `/sessions/${encodeURIComponent(session)}`;
  const { first, items, next } = await controlPages<ExchangeRowView, SessionStoryView>(client, path, {}, options.limit);
  const { caller, target } = first;
  const title = `session ${session}: ${caller.subject} (${caller.issuer}) on ${target || 'no target'}`;
  if (options.follow && options.output === 'json') printMore(EXCHANGE_HEAD, items, rowCells, 'json');
  else printExchanges(items.map(shownRow), listOf(items, next), options.output, title);
  if (next !== null) process.stderr.write('later exchanges are left out; --limit shows more\n');
  if (events === undefined) return;
  const told = new Set(items.filter(({ outcome }) => outcome !== 'open').map(({ id }) => id));
  for await (const event of events) {
    const live = event as LiveExchange;
    const isLong = live.verb === 'watch' || live.subresource !== '';
    if (live.session !== session || told.has(live.id) || (live.outcome === 'open' && !isLong)) continue;
    printMore(EXCHANGE_HEAD, [live], rowCells, options.output);
  }
}

function noSession(session: string): string {
  return `there is no session \`${escapeControl(session)}\` in the journal`;
}

function print(session: string, list: readonly ExchangeView[], { output }: OutputOptions, isCut = false): void {
  const { caller, target } = (list[0] as ExchangeView).begun;
  const title = `session ${session}: ${caller.subject} (${caller.issuer}) on ${target || 'no target'}`;
  printViews(list, isCut, output, title);
}

function tellLeftOut(leftOut: number): void {
  if (leftOut > 0)
    process.stderr.write(
      `${counted(leftOut, 'earlier exchange is', 'earlier exchanges are')} left out; --limit shows more\n`,
    );
}
