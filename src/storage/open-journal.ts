import { type Clock, systemClock } from '../std/clock.ts';
import { type Disk, systemDisk } from './disk.ts';
import { DEFAULT_JOURNAL_LIMITS, Journal, type JournalHealth, type JournalLimits } from './journal.ts';
import { recover } from './recover.ts';

export interface JournalOptions {
  /** Made with mode 0700 where it is not there. */
  readonly folder: string;
  /** A name for this gateway, which every segment bears. */
  readonly gateway: string;
  readonly limits?: Partial<JournalLimits>;
  readonly clock?: Clock;
  readonly disk?: Disk;
  readonly onHealth?: (health: JournalHealth) => void;
  /** See `JournalParts`. */
  readonly onClosed?: (below: number) => void;
}

/**
 * The journal in this folder, open for this process alone. What a crash left is put right first, and recorded: a torn tail is set aside, and
 * exchanges that were open are closed as lost.
 *
 * @throws {JournalError} another gateway writes it, or its last segment was altered
 * @throws {Error} of the file system
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { folder, gateway, clock = systemClock, disk = systemDisk, onHealth = () => {}, onClosed = () => {} } = options;
  await disk.makeFolder(folder);
  const { release } = disk.lock(folder);
  let journal: Journal | undefined;
  try {
    const recovered = await recover(disk, folder, clock.now());
    journal = new Journal(
      {
        folder,
        gateway,
        clock,
        disk,
        onHealth,
        onClosed,
        release,
        limits: { ...DEFAULT_JOURNAL_LIMITS, ...options.limits },
      },
      recovered,
    );
    await journal.start(recovered);
    return journal;
  } catch (error) {
    if (journal === undefined) release();
    else await journal.close();
    throw error;
  }
}
