/*
 * Packs on a disk that fills or fails: each call in turn, for a time and for good, with and without what it was asked for done; and the power goes at any moment.
 *
 * Whatever fails: a piece whose place was told after a sync is there with its very bytes, what a failed pack has is named by nothing that is told later, and once the disk is
 * well pieces are taken again.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readPiece } from '../../src/catalog/read-pieces.ts';
import { type PieceRef, packName } from '../../src/recording/piece.ts';
import { type PackDisk, PackWriter, packDisk } from '../../src/storage/pieces/pack-writer.ts';

const PIECES = 24;

type How = 'before' | 'after' | 'half';

/** A disk of which calls fail, and that knows what of each pack has been synced. */
class FailingDisk implements PackDisk {
  readonly #fails: (call: number) => boolean;
  readonly #how: How;
  readonly #files = new Map<number, { readonly name: string; bytes: number }>();
  /** By pack: so many bytes are on the disk, whatever happens. */
  readonly synced = new Map<string, number>();
  calls = 0;

  constructor(fails: (call: number) => boolean, how: How) {
    this.#fails = fails;
    this.#how = how;
  }

  list = (folder: string) => this.#call(() => packDisk.list(folder));

  create(folder: string, name: string): number {
    return this.#call(() => {
      const file = packDisk.create(folder, name);
      this.#files.set(file, { name, bytes: 0 });
      this.synced.set(name, 0);
      return file;
    });
  }

  write(file: number, bytes: Uint8Array): void {
    const write = (part: Uint8Array) => {
      packDisk.write(file, part);
      const known = this.#files.get(file);
      if (known !== undefined) known.bytes += part.length;
    };
    const isHalf = this.#how === 'half' && this.#fails(this.calls + 1);
    this.#call(() => write(bytes), isHalf ? () => write(bytes.subarray(0, bytes.length >> 1)) : undefined);
  }

  sync(file: number): void {
    this.#call(() => {
      packDisk.sync(file);
      const known = this.#files.get(file);
      if (known !== undefined) this.synced.set(known.name, known.bytes);
    });
  }

  close = (file: number) => this.#call(() => packDisk.close(file));

  #call<Value>(work: () => Value, instead?: () => void): Value {
    this.calls += 1;
    if (!this.#fails(this.calls)) return work();
    if (this.#how === 'after') work();
    instead?.();
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  }
}

/** Puts pieces, some of them again and again, and syncs after every third; those that are told as kept. */
function putAll(folder: string, disk: FailingDisk) {
  const packs = new PackWriter(folder, disk, { packBytesMax: 300 });
  const told: (readonly [piece: Buffer, ref: PieceRef])[] = [];
  let waiting: (readonly [piece: Buffer, ref: PieceRef])[] = [];
  let refused = 0;
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
      refused += 1;
      // As the recorder's thread has it: none of what was not told yet is gone on with.
      waiting = [];
    }
  };
  for (let n = 0; n < PIECES; n++) {
    const piece = Buffer.from(`piece ${n % 7} `.repeat(40 + (n % 7)));
    attempt(() => waiting.push([piece, packs.put(piece)]));
    if (n % 3 !== 2) continue;
    attempt(() => {
      packs.sync();
      told.push(...waiting);
      waiting = [];
    });
  }
  attempt(() => {
    packs.close();
    told.push(...waiting);
  });
  return { told, refused };
}

async function assertThere(folder: string, told: readonly (readonly [Buffer, PieceRef])[]): Promise<void> {
  for (const [piece, ref] of told) assert.ok((await readPiece(folder, ref)).equals(piece), packName(ref[0]));
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-failing-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** How many calls there are where none fails. */
function callsOf(t: TestContext): number {
  const disk = new FailingDisk(() => false, 'before');
  assert.equal(putAll(folderFor(t), disk).refused, 0);
  return disk.calls;
}

for (const how of ['before', 'after', 'half'] as const)
  test(`T62: the n-th call of a pack fails (${how} it is done), for every n: what was told is there, and the rest goes on`, async (t) => {
    const calls = callsOf(t);
    for (let n = 1; n <= calls; n++) {
      const folder = folderFor(t);
      const { told, refused } = putAll(folder, new FailingDisk((call) => call === n, how));
      assert.ok(refused <= 1 && told.length >= PIECES - 6, `call ${n}: ${told.length} of ${PIECES} told`);
      await assertThere(folder, told);
    }
  });

test('T62: the disk is full from the n-th call on, and has room again later', async (t) => {
  const calls = callsOf(t);
  for (let n = 1; n <= calls; n += 2) {
    const folder = folderFor(t);
    const { told } = putAll(folder, new FailingDisk((call) => call >= n && call < n + 8, 'half'));
    assert.ok(told.length > 0, `call ${n}`);
    await assertThere(folder, told);
  }
});

test('T62: the power goes behind a failed call: what was told before is there', async (t) => {
  const calls = callsOf(t);
  for (let n = 1; n <= calls; n++) {
    const folder = folderFor(t);
    const disk = new FailingDisk((call) => call >= n, 'half');
    const { told } = putAll(folder, disk);
    // All that was not synced is lost.
    for (const [name, bytes] of disk.synced) {
      if (readFileSync(join(folder, name)).length > bytes) truncateSync(join(folder, name), bytes);
    }
    await assertThere(folder, told);
  }
});
