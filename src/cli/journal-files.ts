/*
 * The files of a journal, read only: the gateway may be writing them meanwhile.
 */
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { SegmentSource } from '../recording/read-segments.ts';
import { type SegmentFile, segmentFiles, segmentSource } from '../segments/segment-files.ts';
import { journalsIn, workerJournal } from '../segments/worker-journals.ts';
import { fileTrouble } from '../std/file-trouble.ts';
import { CliError } from './cli-error.ts';
import { wholeNumber } from './option-values.ts';

/** Where the journal is. */
export interface JournalOptions {
  readonly journal?: string;
  readonly config?: string;
  /** Which worker's, of a gateway that has several. */
  readonly worker?: number;
}

/** Adds the options that say where the journal is. */
export function withJournalOptions(command: Command): Command {
  return command
    .option('--journal <folder>', 'the journal’s folder, instead of the configuration’s')
    .option('--config <file>', 'the gateway’s configuration; sallyport.yaml by default')
    .addOption(workerOption());
}

/** Which journal of a gateway with workers. */
export function workerOption(): Option {
  return new Option('--worker <number>', 'of a gateway with workers, the journal of this one alone').argParser(
    wholeNumber(1, 9_999),
  );
}

/** @throws {CliError} both are given, or the configuration cannot be read */
export async function journalFolder({ journal, config }: JournalOptions): Promise<string> {
  if (journal !== undefined && config !== undefined)
    throw new CliError('name the journal with either --journal or --config');
  if (journal !== undefined) return journal;
  if (config === undefined && !existsSync('sallyport.yaml'))
    throw new CliError(
      'there is no sallyport.yaml here: name the gateway’s configuration with --config, or the journal’s folder with --journal',
    );
  // Read where it is needed: a journal that is named plays sooner without what reads configurations.
  const { readConfig } = await import('./read-config.ts');
  const { journal: section, dataFolder } = readConfig(config ?? 'sallyport.yaml', 'policy');
  return section.folder ?? join(dataFolder, 'journal');
}

/** The folders of all journals there: that of each worker of a gateway. @throws {CliError} as `journalFolder` */
export async function journalsOf(options: JournalOptions): Promise<readonly string[]> {
  const folder = await journalFolder(options);
  return options.worker === undefined ? journalsIn(folder) : [workerJournal(folder, options.worker)];
}

/** The one journal there. @throws {CliError} there are several, and one has to be named; as `journalFolder` */
export async function onlyJournal(options: JournalOptions): Promise<string> {
  const [folder = '', ...more] = await journalsOf(options);
  if (more.length > 0)
    throw new CliError('each worker of this gateway has a journal of its own: name one, such as --worker 1');
  return folder;
}

/**
 * The segments of a folder, in order, to be streamed.
 *
 * @throws {CliError} the folder cannot be read, or holds no segment
 */
export function segmentsOf(folder: string): readonly SegmentSource[] {
  let files: readonly SegmentFile[];
  try {
    files = segmentFiles(folder);
  } catch (error) {
    throw new CliError(`the journal in \`${folder}\` cannot be read: ${fileTrouble(error)}`);
  }
  if (files.length === 0) throw new CliError(`there is no journal in \`${folder}\``);
  return files.map((file) => {
    try {
      return segmentSource(folder, file);
    } catch (error) {
      throw new CliError(`\`${join(folder, file.name)}\` cannot be read: ${(error as Error).message}`);
    }
  });
}

/** The bytes of a segment from `start` on. Opened when they are first asked for. */
export async function* readFrom(folder: string, name: string, start: number): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(join(folder, name), { start, highWaterMark: 256 * 1024 });
  } catch (error) {
    throw new CliError(`segment \`${join(folder, name)}\` cannot be read: ${fileTrouble(error)}`);
  }
}
