/*
 * Group commit.
 *
 *   add ──> a group ──write──> written ──fdatasync──> synced
 *
 * All that is added while a write is under way goes out in the next one; all that waits for the disk while a sync is under way shares the next
 * one. Writing and syncing run beside each other and off the event loop, so a slow disk delays those who wait for it and nobody else.
 *
 * A committer fails once and for all. After a failed write or sync its file is never trusted again: the kernel may have dropped the pages and
 * report the next sync as a success. Whoever waits is told, and `abandon` says up to where the chain is known to be on the disk.
 *
 * Invariant: a group is acknowledged only when it, and all before it, are where the acknowledgement says.
 *
 * Source: https://wiki.postgresql.org/wiki/Fsync_Errors
 */
import { join } from 'node:path';
import { Refusal } from '../model/refusal.ts';
import type { ChainHead } from '../recording/chain.ts';
import { segmentName } from '../recording/segment-name.ts';
import type { Disk, DiskFile } from './disk.ts';
import { Group, type Ticket } from './group.ts';

/** Where a chain ends, in the files. */
export interface Place extends ChainHead {
  /** 0 before the first segment. */
  readonly segment: number;
  readonly bytes: number;
}

export interface CommitterParts {
  readonly disk: Disk;
  readonly folder: string;
  /** What nobody waits for is synced after this time. */
  readonly syncWithinMs: number;
  readonly onSynced: (place: Place) => void;
  /** Called once; nothing is acknowledged afterwards. */
  readonly onFailed: (error: Error) => void;
}

/** An open segment. */
export interface OpenSegment {
  readonly file: DiskFile;
  /** The file's identity: what its name leads to must stay this very file. */
  readonly id: string;
}

export class Committer {
  readonly #parts: CommitterParts;
  #open: OpenSegment | undefined;
  #written: Place;
  #synced: Place;
  #queue: Group[] = [];
  #queuedBytes = 0;
  /** Bytes that the file has once the write under way is done. */
  #submittedBytes: number;
  #unsynced: Group[] = [];
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #isFlushDue = false;
  #isRotating = false;
  #failure: Refusal | undefined;
  #hasSyncFailed = false;
  #timer: NodeJS.Timeout | undefined;

  /** Goes on at `place`, which is on the disk, in `open`; without it, the first thing added must open a segment. */
  constructor(parts: CommitterParts, place: Place, open: OpenSegment | undefined) {
    this.#parts = parts;
    this.#open = open;
    this.#written = place;
    this.#synced = place;
    this.#submittedBytes = place.bytes;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Accepts a line, after all lines before it; `head` is the chain's with it. */
  add(line: string, bytes: number, head: ChainHead): Ticket {
    const last = this.#queue.at(-1);
    const group = last === undefined || last.segment !== undefined ? this.#newGroup(undefined) : last;
    group.add(line, bytes, head);
    this.#queuedBytes += bytes;
    this.#flushSoon();
    return group;
  }

  /** Accepts the opening lines of the next segment: a group of their own, on the disk before anything else is written to that segment. */
  addOpening(segment: number, text: string, bytes: number, head: ChainHead): Ticket {
    const group = this.#newGroup(segment);
    group.add(text, bytes, head);
    this.#queuedBytes += bytes;
    this.#flushSoon();
    return group;
  }

  /** Puts all that was accepted on the disk and closes the file. Where that fails, those who wait are told. */
  async close(): Promise<void> {
    while (this.#failure === undefined && (this.#queue.length > 0 || this.#unsynced.length > 0)) {
      this.#flush();
      this.#sync();
      await Promise.all([this.#writing, this.#syncing]);
    }
    clearTimeout(this.#timer);
    await Promise.all([this.#writing, this.#syncing]);
    await this.#closeFile();
  }

  /** After a failure: where the chain is known to be on the disk, and the identity of that file. Nothing is under way any more. */
  async abandon(): Promise<{ readonly place: Place; readonly id: string }> {
    await Promise.all([this.#writing, this.#syncing]);
    const id = this.#open?.id ?? '';
    if (!this.#hasSyncFailed && this.#open !== undefined) {
      // A write that failed says nothing about those before it; a sync that failed does.
      const written = this.#written;
      await this.#open.file.sync().then(
        () => this.#markSynced(written),
        () => {},
      );
    }
    await this.#closeFile();
    return { place: this.#synced, id };
  }

  #newGroup(segment: number | undefined): Group {
    const group = new Group(segment, () => this.#sync());
    this.#queue.push(group);
    return group;
  }

  /** One write for each turn of the loop, and for as long as the one before takes. */
  #flushSoon(): void {
    if (this.#isFlushDue || this.#writing !== undefined) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#writing !== undefined || this.#failure !== undefined || this.#queue.length === 0) return;
    this.#writing = this.#writeQueued()
      .catch((error: Error) => this.#fail(error))
      .finally(() => {
        this.#writing = undefined;
        this.#flush();
      });
  }

  async #writeQueued(): Promise<void> {
    for (let group = this.#queue.shift(); group !== undefined; group = this.#queue.shift()) {
      this.#unsynced.push(group);
      const bytes = group.take();
      if (group.segment === undefined) await this.#write(bytes);
      else await this.#beginSegment(group.segment, bytes);
      if (this.#failure !== undefined) return;
      this.#queuedBytes -= group.bytes;
      this.#written = {
        seq: group.head.seq,
        hash: group.head.hash,
        segment: group.segment ?? this.#written.segment,
        bytes: this.#submittedBytes,
      };
      group.onWritten();
      if (group.segment !== undefined) this.#markSynced(this.#written);
      if (group.isSyncWanted) this.#sync();
      this.#timer ??= setTimeout(() => this.#onTimer(), this.#parts.syncWithinMs).unref();
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#open === undefined) throw new Error('no segment is open');
    this.#submittedBytes += bytes.length;
    await this.#open.file.write(bytes);
  }

  /** All before it is on the disk before the segment exists. */
  async #beginSegment(segment: number, bytes: Buffer): Promise<void> {
    this.#isRotating = true;
    try {
      await this.#syncing;
      if (this.#failure === undefined && this.#written.seq > this.#synced.seq) await this.#syncOnce();
      if (this.#failure !== undefined) return;
      const file = await this.#parts.disk.create(join(this.#parts.folder, segmentName(segment)));
      const previous = this.#open;
      try {
        await file.write(bytes);
        await file.sync();
        this.#open = { file, id: (await file.stat()).id };
      } catch (error) {
        await file.close().catch(() => {});
        throw error;
      }
      this.#submittedBytes = bytes.length;
      await previous?.file.close();
    } finally {
      this.#isRotating = false;
    }
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#sync();
  }

  #sync(): void {
    if (
      this.#syncing !== undefined ||
      this.#isRotating ||
      this.#failure !== undefined ||
      !this.#unsynced.some((group) => group.isWritten)
    )
      return;
    this.#syncing = this.#syncOnce()
      .catch((error: Error) => this.#fail(error))
      .finally(() => {
        this.#syncing = undefined;
        if (this.#unsynced.some((group) => group.isWritten && group.isSyncWanted)) this.#sync();
      });
  }

  async #syncOnce(): Promise<void> {
    const target = this.#written;
    // Both come to their end before anything fails: a file is not closed while a sync of it is under way.
    const results = await Promise.allSettled([this.#open?.file.sync(), this.#checkPlace(target)]);
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      this.#hasSyncFailed = true;
      throw result.reason;
    }
    this.#markSynced(target);
  }

  /** A file that was removed, replaced or written by another takes bytes as before, and nobody will find them. */
  async #checkPlace(written: Place): Promise<void> {
    const found = await this.#parts.disk.stat(join(this.#parts.folder, segmentName(written.segment)));
    if (found.id !== this.#open?.id || found.bytes < written.bytes || found.bytes > this.#submittedBytes) {
      throw new Error('the segment was removed, replaced or written by another');
    }
  }

  #markSynced(place: Place): void {
    this.#synced = place;
    let count = 0;
    for (; count < this.#unsynced.length; count++) {
      const group = this.#unsynced[count] as Group;
      if (!group.isWritten || group.head.seq > place.seq) break;
      group.onSynced();
    }
    this.#unsynced.splice(0, count);
    this.#parts.onSynced(place);
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = unavailable(`the journal cannot be written: ${error.message}`);
    clearTimeout(this.#timer);
    for (const group of [...this.#unsynced, ...this.#queue]) group.onFailed(this.#failure);
    this.#unsynced = [];
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#parts.onFailed(error);
  }

  async #closeFile(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.file.close().catch(() => {});
  }
}

/** What a caller is told when its exchange cannot be recorded; `detail` is for the operator. */
export function unavailable(detail: string): Refusal {
  return new Refusal('RECORDING_UNAVAILABLE', 'the exchange could not be recorded, so nothing was sent', {
    detail,
    retryAfterSeconds: 1,
  });
}
