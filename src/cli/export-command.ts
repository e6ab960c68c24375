import { Command, Option } from 'commander';
import type { ExchangeRecorded } from '../recording/event.ts';
import type { ExportFormat } from '../recording/formats/exported.ts';
import { Formatter } from '../recording/formats/formatter.ts';
import { CliError } from './cli-error.ts';
import type { Environment } from './control/find-server.ts';
import { escapeControl } from './escape-control.ts';
import { castOf } from './export-cast.ts';
import { exportOfControl } from './export-of-control.ts';
import { journalWith } from './journal-with.ts';
import { readJournal } from './read-journal.ts';
import { recordedLines } from './recorded/recorded-lines.ts';
import { recordedSource, type SourceOptions, withSource } from './recorded/recorded-source.ts';
import { warn } from './session-output.ts';
import { writeOut } from './write-out.ts';

interface Options extends SourceOptions {
  readonly format: ExportFormat | 'asciicast' | 'proven';
}

/** `sallyport sessions export`. */
export function exportCommand(env: Environment): Command {
  return withSource(new Command('export'))
    .description(
      'print what the journal has of a session, for other programs: its very lines, or in the form of others',
    )
    .argument('<session>', 'its id, as `sessions list` prints it; for asciicast also the id of an exchange')
    .addOption(
      new Option(
        '--format <format>',
        'which form; asciicast is what a terminal showed, made harmless; proven has each line with what shows it in a checkpoint that is signed now, and is made of a journal’s files alone',
      )
        .choices(['jsonl', 'audit', 'ocsf', 'asciicast', 'proven'])
        .default('jsonl'),
    )
    .action(async (session: string, { format, ...where }: Options) => {
      const source = await recordedSource(where, env);
      if (source.kind === 'control') return exportOfControl(source.client, session, format);
      const folder = await journalWith(source.where, session);
      if (format === 'asciicast') await exportCast(folder, session);
      else if (format === 'proven') await proven(folder, session, source.where.config);
      else await exportRecords(folder, session, format);
    });
}

/** What signs is read where it is asked for: no other command waits for it. */
async function proven(folder: string, session: string, config = 'sallyport.yaml'): Promise<void> {
  const { exportProven } = await import('./export-proven.ts');
  const { readConfig } = await import('./read-config.ts');
  await exportProven(folder, session, readConfig(config));
}

async function exportRecords(folder: string, session: string, format: ExportFormat): Promise<void> {
  const exchanges = new Set<string>();
  const formatter = new Formatter(format);
  let records = 0;
  const end = await readJournal(folder, (event, seq, line, hash) => {
    const record = formatter.take({ event, seq, hash, line });
    if (event.type === 'exchange.begun' && event.session === session) exchanges.add(event.exchange);
    if (!('exchange' in event) || event.exchange === undefined || !exchanges.has(event.exchange)) return;
    if (record === undefined) return;
    records += 1;
    return writeOut(`${escapeControl(record.text)}\n`);
  });
  if (records === 0) throw new CliError(`there is no session \`${escapeControl(session)}\` in the journal`);
  warn(end);
}

/** What can be played of a session or an exchange, where it is one. */
async function exportCast(folder: string, id: string): Promise<void> {
  const inSession = new Set<string>([id]);
  const kept = new Map<string, ExchangeRecorded[]>();
  const end = await readJournal(folder, (event) => {
    if (event.type === 'exchange.begun' && event.session === id) inSession.add(event.exchange);
    if (event.type !== 'exchange.recorded' || event.part !== 'stream' || !inSession.has(event.exchange)) return;
    const events = kept.get(event.exchange) ?? [];
    kept.set(event.exchange, [...events, event]);
  });
  const [only, ...more] = kept.values();
  if (only === undefined) throw new CliError(`nothing that could be played is kept of \`${escapeControl(id)}\``);
  if (more.length > 0)
    throw new CliError(
      `\`${escapeControl(id)}\` has ${kept.size} recordings: name one of ${[...kept.keys()].join(', ')}`,
    );
  for await (const line of castOf(recordedLines(folder, only))) await writeOut(`${line}\n`);
  warn(end);
}
