import { Command, Option } from 'commander';
import { EXPORT_FORMATS, type ExportFormat } from '../recording/formats/exported.ts';
import { Formatter } from '../recording/formats/formatter.ts';
import { escapeControl } from './escape-control.ts';
import { type JournalOptions, onlyJournal, withJournalOptions } from './journal-files.ts';
import { instant } from './option-values.ts';
import { readJournal } from './read-journal.ts';
import { warn } from './session-output.ts';
import { writeOut } from './write-out.ts';

interface Options extends JournalOptions {
  readonly format: ExportFormat;
  readonly since?: number;
  readonly until?: number;
}

/** `sallyport journal export`. */
export function journalExportCommand(): Command {
  return withJournalOptions(new Command('export'))
    .description('print the journal, or a time of it, for other programs, a record in each line')
    .addOption(new Option('--format <format>', 'which form').choices([...EXPORT_FORMATS]).default('jsonl'))
    .option('--since <when>', 'only what was recorded since an instant, or for a time (90s, 30m, 12h, 7d)', instant)
    .option('--until <when>', 'only what was recorded before an instant, or longer ago than a time', instant)
    .action(async ({ format, since = 0, until = Number.POSITIVE_INFINITY, ...where }: Options) => {
      const formatter = new Formatter(format);
      const end = await readJournal(await onlyJournal(where), (event, seq, line, hash) => {
        const record = formatter.take({ event, seq, hash, line });
        if (record === undefined || record.at < since || record.at >= until) return;
        return writeOut(`${escapeControl(record.text)}\n`);
      });
      warn(end);
    });
}
