import { type Command, InvalidArgumentError } from 'commander';
import { type JournalOptions, journalsOf } from '../journal-files.ts';

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

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An instant as people write it, or so long ago, in milliseconds since 1970. */
export function instant(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return Date.now() - Number(amount) * (UNIT_MS[unit] as number);
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('expected an instant like 2026-01-31T12:00:00Z or a time like 30m');
  return at;
}
