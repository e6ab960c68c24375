import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { JournalCatalog } from '../catalog/journal-catalog.ts';
import type { ExchangeRowView } from '../control/session-contract.ts';
import type { ExchangeRecorded } from '../recording/event.ts';
import { CliError } from './cli-error.ts';
import type { ControlClient } from './control/client.ts';
import type { Environment } from './control/find-server.ts';
import { escapeControl } from './escape-control.ts';
import { journalWith } from './journal-with.ts';
import { readJournal } from './read-journal.ts';
import { openIndex, WHOEVER_READS } from './recorded/open-index.ts';
import { recordedLines } from './recorded/recorded-lines.ts';
import { recordedSource, type SourceOptions, withSource } from './recorded/recorded-source.ts';
import { type ReplayTerms, replay } from './replay.ts';

interface Options extends SourceOptions {
  readonly speed: number;
  readonly idleMax: number;
  readonly from: number;
  readonly text: boolean;
}

/** `sallyport sessions replay`. */
export function replayCommand(env: Environment): Command {
  return withSource(new Command('replay'))
    .description('play what a terminal showed or a command said; what it said does nothing to your terminal')
    .argument('<exchange>', 'its id, as `sessions show -o json` prints it')
    .option('--speed <times>', 'how much faster than it was', positive, 1)
    .option('--idle-max <seconds>', 'longer pauses are as long as this', positive, 2)
    .option('--from <seconds>', 'where to begin; all before is shown at once', seconds, 0)
    .option('--text', 'print it for reading, at once', false)
    .action(async (exchange: string, { speed, idleMax, from, text, ...where }: Options) => {
      const terms = { speed, idleMaxMs: idleMax * 1000, fromMs: from * 1000, isText: text };
      const source = await recordedSource(where, env);
      if (source.kind === 'control') return replayOfControl(source.client, exchange, terms);
      const folder = await journalWith(source.where, exchange);
      const index = await openIndex(folder);
      let end: ExchangeRecorded['end'];
      const recorded = index === undefined ? await recordedOf(folder, exchange) : indexed(index, exchange);
      const events = seeing(recorded, (event) => {
        end = event.end;
      });
      const exitCode = await play(recordedLines(folder, events), terms);
      index?.close();
      tellEnd(end !== undefined, exitCode);
    });
}

/** What one may see there. */
async function replayOfControl(client: ControlClient, exchange: string, terms: ReplayTerms): Promise<void> {
  const path = `/exchanges/${encodeURIComponent(exchange)}`;
  const exitCode = await play(client.lines(`${path}/recording`), terms);
  const { outcome } = (await client.ask('GET', path)) as ExchangeRowView;
  tellEnd(outcome !== 'open' && outcome !== 'lost', exitCode);
}

function play(lines: AsyncIterable<string>, terms: ReplayTerms): Promise<number | undefined> {
  return replay(lines, terms, {
    out: (said) => write(process.stdout, said),
    error: (said) => write(process.stderr, said),
    pause: async (ms) => void (await setTimeout(ms)),
  });
}

function tellEnd(hasEnd: boolean, exitCode: number | undefined): void {
  if (hasEnd) process.stderr.write(`ended${exitCode === undefined ? '' : ` with exit code ${exitCode}`}\n`);
  else process.stderr.write('the recording has no end: it goes on, or the gateway was killed\n');
}

/** The events that say what is kept, as they are taken: of a long recording the first is played before the last is looked for. @throws {CliError} there is none */
async function* indexed(index: JournalCatalog, exchange: string): AsyncGenerator<ExchangeRecorded> {
  let isEmpty = true;
  for (let after = 0; ; ) {
    const lines = await index.recorded(WHOEVER_READS, exchange, after);
    for (const { seq, line } of lines) {
      after = seq;
      const event = JSON.parse(line) as ExchangeRecorded;
      if (event.part !== 'stream') continue;
      isEmpty = false;
      yield event;
    }
    if (lines.length > 0) continue;
    if (isEmpty) throw nothingKept(exchange);
    return;
  }
}

async function* seeing(
  events: AsyncIterable<ExchangeRecorded> | Iterable<ExchangeRecorded>,
  see: (event: ExchangeRecorded) => void,
): AsyncGenerator<ExchangeRecorded> {
  for await (const event of events) {
    see(event);
    yield event;
  }
}

function nothingKept(exchange: string): CliError {
  return new CliError(`nothing that could be played is kept of an exchange \`${escapeControl(exchange)}\``);
}

/** @throws {CliError} nothing that could be played is kept of it */
async function recordedOf(folder: string, exchange: string): Promise<readonly ExchangeRecorded[]> {
  const events: ExchangeRecorded[] = [];
  await readJournal(folder, (event) => {
    if (event.type === 'exchange.recorded' && event.exchange === exchange && event.part === 'stream')
      events.push(event);
  });
  if (events.length === 0) throw nothingKept(exchange);
  return events;
}

async function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

function positive(text: string): number {
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('expected a number above 0');
  return Number(text);
}

function seconds(text: string): number {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) throw new InvalidArgumentError('expected seconds');
  return Number(text);
}
