/*
 * The file system as the journal needs it: a port, so that tests make its n-th call fail. A write is a plain `write(2)` to a file opened for
 * appending; FileHandle is not used on the way of an append, since it costs twice the CPU.
 */
import fs from 'node:fs';
import { mkdir, open, readdir, rename, stat, statfs, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { lockFolder } from './single-writer.ts';

/** Where a journal is kept. */
export interface Disk {
  /** Makes the folder, and those above it, with mode 0700 where it is not there. */
  makeFolder(folder: string): Promise<void>;
  /**
   * The right to write this folder, until `release` or the end of the process.
   *
   * @throws {JournalError} another gateway has it
   */
  lock(folder: string): { release(): void };
  list(folder: string): Promise<readonly string[]>;
  /** The bytes from `start` up to `end`, or to the end of the file. A chunk may be used again once the next one is asked for. */
  read(path: string, start: number, end?: number): AsyncIterable<Uint8Array>;
  /** A new file of mode 0600, open for appending; its name is synced with its folder. Fails where the path exists. */
  create(path: string): Promise<DiskFile>;
  /** An existing file, open for appending. */
  append(path: string): Promise<DiskFile>;
  /** Renames within a folder and syncs the folder. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Bytes that this process may still write on the folder's disk; `undefined` where its file system does not count them. */
  freeBytes(folder: string): Promise<number | undefined>;
  /** What the path leads to now. */
  stat(path: string): Promise<FileState>;
}

/** A file open for appending. */
export interface DiskFile {
  /** All of `bytes`, at the end; they are with the operating system then. */
  write(bytes: Uint8Array): Promise<void>;
  /** All that was written before the call is on the disk (`fdatasync`). */
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  stat(): Promise<FileState>;
  close(): Promise<void>;
}

export interface FileState {
  /** The same for the same file, whatever its name. */
  readonly id: string;
  readonly bytes: number;
}

const write = promisify(fs.write);
const fdatasync = promisify(fs.fdatasync);
const ftruncate = promisify(fs.ftruncate);
const fstat = promisify(fs.fstat);
const close = promisify(fs.close);
const openFd = promisify(fs.open);

/** The machine's own file system. */
export const systemDisk: Disk = {
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  },
  lock: lockFolder,
  list: (folder) => readdir(folder),
  read: (path, start, end) =>
    fs.createReadStream(path, { start, highWaterMark: 256 * 1024, ...(end === undefined ? {} : { end: end - 1 }) }),
  async create(path) {
    const file = openFile(await openFd(path, 'ax', 0o600));
    try {
      await syncFolder(dirname(path));
    } catch (error) {
      await file.close();
      throw error;
    }
    return file;
  },
  append: async (path) => openFile(await openFd(path, fs.constants.O_WRONLY | fs.constants.O_APPEND)),
  async rename(from, to) {
    await rename(from, to);
    await syncFolder(dirname(to));
  },
  remove: unlink,
  async freeBytes(folder) {
    const { bavail, bsize, blocks } = await statfs(folder);
    return blocks === 0 ? undefined : bavail * bsize;
  },
  stat: async (path) => state(await stat(path)),
};

function openFile(fd: number): DiskFile {
  return {
    async write(bytes) {
      for (let from = 0; from < bytes.length; ) {
        const { bytesWritten } = await write(fd, bytes, from, bytes.length - from, null);
        if (bytesWritten === 0) throw new Error('the disk took no bytes');
        from += bytesWritten;
      }
    },
    sync: () => fdatasync(fd),
    truncate: (bytes) => ftruncate(fd, bytes),
    stat: async () => state(await fstat(fd)),
    close: () => close(fd),
  };
}

/** A new name is only on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function state(found: fs.Stats): FileState {
  return { id: `${found.dev}:${found.ino}`, bytes: found.size };
}
