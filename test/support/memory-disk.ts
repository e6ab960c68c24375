/*
 * A disk that can lose power.
 *
 * Every file has two contents: what the system shows, and what is on the plate. A sync copies the one to the other; a sync that fails loses the
 * pages for good although later syncs succeed, as Linux has it. `crash` leaves what is on the plate and some of the rest: cut anywhere, or zeros.
 */
import { basename, dirname } from 'node:path';
import type { Disk, DiskFile, FileState } from '../../src/storage/disk.ts';

interface MemoryFile {
  readonly id: string;
  shown: Buffer;
  plate: Buffer;
  /** A sync failed: nothing behind the plate reaches it any more. */
  hasLostPages: boolean;
}

/** One call to the disk, before it is done; what it throws is the call's failure. */
export type Fault = (call: { readonly name: string; readonly n: number }) => 'before' | 'after' | undefined;

export class MemoryDisk implements Disk {
  readonly files: Map<string, MemoryFile>;
  fault: Fault = () => undefined;
  /** What the disk says of its free space; not counted where it does not. */
  free: number | undefined;
  calls = 0;
  #ids = 0;
  #isLocked = false;
  #isDead = false;

  constructor(files = new Map<string, MemoryFile>()) {
    this.files = files;
  }

  /**
   * The power goes: whoever holds this disk can do nothing more with it, and what is left is the disk that is returned. `keep` says how much of what
   * was not synced is there afterwards, from 0 to 1, and `zeros` whether as zeros.
   */
  crash(keep: number, zeros: boolean): MemoryDisk {
    this.#isDead = true;
    const left = [...this.files].map(([path, file]): [string, MemoryFile] => {
      const rest = file.shown.subarray(file.plate.length);
      const kept = rest.subarray(0, Math.floor(rest.length * keep));
      const plate = Buffer.concat([file.plate, zeros ? Buffer.alloc(kept.length) : kept]);
      return [path, { id: file.id, shown: plate, plate, hasLostPages: false }];
    });
    const after = new MemoryDisk(new Map(left));
    after.#ids = this.#ids;
    return after;
  }

  async makeFolder(): Promise<void> {
    await this.#call('makeFolder', () => {});
  }

  lock(): { release(): void } {
    if (this.#isLocked) throw new Error('locked');
    this.#isLocked = true;
    return {
      release: () => {
        this.#isLocked = false;
      },
    };
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#call('list', () =>
      [...this.files.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path)),
    );
  }

  async *read(path: string, start: number, end?: number): AsyncIterable<Uint8Array> {
    const bytes = await this.#call('read', () => Buffer.from(this.#file(path).shown.subarray(start, end)));
    for (let from = 0; from < bytes.length; from += 100) yield bytes.subarray(from, from + 100);
  }

  create(path: string): Promise<DiskFile> {
    return this.#call('create', () => {
      if (this.files.has(path)) throw new Error('EEXIST');
      const file = { id: String(this.#ids++), shown: Buffer.alloc(0), plate: Buffer.alloc(0), hasLostPages: false };
      this.files.set(path, file);
      return this.#handle(file);
    });
  }

  append(path: string): Promise<DiskFile> {
    return this.#call('append', () => this.#handle(this.#file(path)));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', () => {
      this.files.set(to, this.#file(from));
      this.files.delete(from);
    });
  }

  remove(path: string): Promise<void> {
    return this.#call('remove', () => {
      this.files.delete(path);
    });
  }

  /** No call that fails: what cannot be looked at is another test's. */
  async freeBytes(): Promise<number | undefined> {
    return this.free;
  }

  stat(path: string): Promise<FileState> {
    return this.#call('stat', () => ({ id: this.#file(path).id, bytes: this.#file(path).shown.length }));
  }

  #file(path: string): MemoryFile {
    const file = this.files.get(path);
    if (file === undefined) throw new Error('ENOENT');
    return file;
  }

  #handle(file: MemoryFile): DiskFile {
    return {
      write: (bytes) =>
        this.#call(
          'write',
          () => {
            file.shown = Buffer.concat([file.shown, bytes]);
          },
          () => {
            file.shown = Buffer.concat([file.shown, bytes.subarray(0, bytes.length >> 1)]);
          },
        ),
      sync: () =>
        this.#call(
          'sync',
          () => {
            if (!file.hasLostPages) file.plate = Buffer.from(file.shown);
          },
          () => {
            file.hasLostPages = true;
          },
        ),
      truncate: (bytes) =>
        this.#call('truncate', () => {
          file.shown = file.shown.subarray(0, bytes);
          file.plate = file.plate.subarray(0, bytes);
          if (bytes <= file.plate.length) file.hasLostPages = false;
        }),
      stat: () => this.#call('fstat', () => ({ id: file.id, bytes: file.shown.length })),
      close: () => this.#call('close', () => {}),
    };
  }

  async #call<T>(name: string, run: () => T, instead: () => void = () => {}): Promise<T> {
    const fails = this.fault({ name, n: ++this.calls });
    await new Promise(setImmediate);
    if (this.#isDead) throw new Error('the power is gone');
    if (fails === 'before') {
      instead();
      throw new Error(`${name} failed`);
    }
    const result = run();
    if (fails === 'after') throw new Error(`${name} failed after it was done`);
    return result;
  }
}
