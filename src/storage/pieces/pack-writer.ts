/*
 * Packs on the disk: frames one behind the other, each piece once. Runs in a thread of its own, so its calls wait for the disk.
 *
 * A pack is made when the first piece needs one, and never gone on with by another process: whatever a crash leaves at its end, nothing refers to it. After a failed
 * write or sync a pack is not trusted again, as a segment is not.
 */
import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, fsyncSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { PACKS_SHARED_MAX, type PieceRef, packName, packNumbers } from '../../recording/piece.ts';

/** The file system as packs need it: a port, so that tests make its n-th call fail. */
export interface PackDisk {
  list(folder: string): readonly string[];
  /** A new file of mode 0600, its name on the disk. */
  create(folder: string, name: string): number;
  write(file: number, bytes: Uint8Array): void;
  sync(file: number): void;
  close(file: number): void;
}

/** The machine's own file system. */
export const packDisk: PackDisk = {
  list: (folder) => readdirSync(folder),
  create(folder, name) {
    const file = openSync(join(folder, name), 'ax', 0o600);
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    return file;
  },
  write(file, bytes) {
    for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
  },
  sync: fdatasyncSync,
  close: closeSync,
};

/** Limits of packs; each is documented in docs/reference/journal.md. */
interface PackLimits {
  /** A pack is closed when it reaches this size. */
  readonly packBytesMax: number;
  /** Or when it is this old. */
  readonly packAgeMaxMs: number;
  /** Pieces that are remembered, so that the same one is not stored again. */
  readonly rememberedMax: number;
}

const PACK_LIMITS: PackLimits = Object.freeze({
  packBytesMax: 256 * 1024 * 1024,
  packAgeMaxMs: 24 * 3_600_000,
  rememberedMax: 100_000,
});

/** Writes pieces. */
export class PackWriter {
  readonly #folder: string;
  readonly #disk: PackDisk;
  readonly #limits: PackLimits;
  /** By digest; the one that was used last stands last. */
  readonly #known = new Map<string, PieceRef>();
  #file: number | undefined;
  #pack = 0;
  #bytes = 0;
  #isDirty = false;
  #openedAt = 0;
  readonly #nowMs: () => number;

  constructor(
    folder: string,
    disk: PackDisk = packDisk,
    limits: Partial<PackLimits> = {},
    nowMs: () => number = Date.now,
  ) {
    this.#folder = folder;
    this.#disk = disk;
    this.#limits = { ...PACK_LIMITS, ...limits };
    this.#nowMs = nowMs;
  }

  /** Where the piece is; it is with the operating system. @throws {Error} of the file system; what was put since the last `sync` may be lost */
  put(piece: Uint8Array): PieceRef {
    const sha256 = createHash('sha256').update(piece).digest('hex');
    const known = this.#known.get(sha256);
    // A pack that is old may be let go by a rule: what it has is named by nothing new.
    if (known !== undefined && known[0] > this.#pack - PACKS_SHARED_MAX) return this.#remember(known);
    const frame = zstdCompressSync(piece, COMPRESSION);
    try {
      const file = this.#open();
      const ref: PieceRef = [this.#pack, this.#bytes, frame.length, sha256];
      this.#disk.write(file, frame);
      this.#bytes += frame.length;
      this.#isDirty = true;
      return this.#remember(ref);
    } catch (error) {
      this.#giveUp();
      throw error;
    }
  }

  /** All that was put is on the disk. @throws {Error} of the file system */
  sync(): void {
    if (!this.#isDirty || this.#file === undefined) return;
    try {
      this.#disk.sync(this.#file);
      this.#isDirty = false;
    } catch (error) {
      this.#giveUp();
      throw error;
    }
  }

  close(): void {
    this.sync();
    if (this.#file !== undefined) this.#disk.close(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    const { packBytesMax, packAgeMaxMs } = this.#limits;
    const isFull = this.#bytes >= packBytesMax || this.#nowMs() - this.#openedAt >= packAgeMaxMs;
    if (this.#file !== undefined && isFull) this.close();
    if (this.#file !== undefined) return this.#file;
    this.#pack = Math.max(this.#pack, ...packNumbers(this.#disk.list(this.#folder))) + 1;
    this.#bytes = 0;
    this.#openedAt = this.#nowMs();
    this.#file = this.#disk.create(this.#folder, packName(this.#pack));
    return this.#file;
  }

  /** What it has of a pack that fails may not reach the disk: nothing refers to it from now on. */
  #giveUp(): void {
    const file = this.#file;
    const pack = this.#pack;
    this.#file = undefined;
    this.#isDirty = false;
    for (const [sha256, [knownPack]] of this.#known) if (knownPack === pack) this.#known.delete(sha256);
    try {
      if (file !== undefined) this.#disk.close(file);
    } catch {
      // It failed before.
    }
  }

  #remember(ref: PieceRef): PieceRef {
    const [, , , sha256] = ref;
    this.#known.delete(sha256);
    this.#known.set(sha256, ref);
    if (this.#known.size > this.#limits.rememberedMax)
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    return ref;
  }
}

/** Level 3 is zstd's own default; each frame checks itself too. */
const COMPRESSION = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
};
