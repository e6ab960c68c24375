import type { Command } from 'commander';
import { type JournalOptions, journalsOf } from '../journal-files.ts';
import { instant } from '../option-values.ts';

/** Which part of which journals is looked at. */
export interface TimeOptions {
  readonly journal?: string[];
  readonly config?: string;
  readonly since?: number;
}

/** Adds `--journal`, `--config` and `--since`. */
export function withTimeOptions(command: Command, since: string): Command {
  const more = (value: string, before: string[] = []) => [...before, value];
  return command
    .option(
      '--journal <folder>',
      'a journal’s folder, instead of the configuration’s; repeat for that of each gateway',
      more,
    )
    .option('--config <file>', 'the gateway’s configuration; sallyport.yaml by default')
    .option(
      '--since <when>',
      `since an instant (2026-01-31T12:00:00Z) or for a time (30m, 12h); default: ${since}`,
      instant,
    );
}

/** The journals’ folders. @throws {CliError} both are given, or the configuration cannot be read */
export async function journalFolders({ journal, config }: TimeOptions): Promise<readonly string[]> {
  const where: JournalOptions = config === undefined ? {} : { config };
  if (journal === undefined) return await journalsOf(where);
  return (await Promise.all(journal.map((folder) => journalsOf({ journal: folder })))).flat();
}

/** What should be known where journals do not reach back that far. */
export function warnOfBegin(beginsAt: number, sinceMs: number): void {
  if (beginsAt <= sinceMs) return;
  const from = Number.isFinite(beginsAt) ? `begins at ${new Date(beginsAt).toISOString()}` : 'is empty';
  process.stderr.write(`note: the journal ${from}: what was done before is not looked at\n`);
}
