/*
 * One gateway a folder. The lock is the kernel's own, taken by SQLite on an empty file `lock`: it ends with the process however that dies, so
 * there is no stale lock to guess about, and it holds between containers that share a volume, where process ids mean nothing. An O_EXCL file
 * with a process id inside has neither property, and Node has no flock.
 */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalError } from './journal-error.ts';

/** Source: SQLITE_BUSY, https://www.sqlite.org/rescode.html */
const BUSY = 5;

/**
 * The right to write this folder, until `release` or the end of the process.
 *
 * @throws {JournalError} another gateway has it, or the file system has no locks
 */
export function lockFolder(folder: string): { release(): void } {
  const path = join(folder, 'lock');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // No file but `lock` itself is made: nothing is ever written through it.
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    chmodSync(path, 0o600);
    const held = database;
    return { release: () => held.close() };
  } catch (error) {
    if (database?.isOpen) database.close();
    const isBusy = (error as { errcode?: number }).errcode === BUSY;
    throw new JournalError(
      isBusy
        ? `another gateway writes the journal in \`${folder}\`; give each its own folder`
        : `the journal in \`${folder}\` cannot be locked: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
