/*
 * A closed segment becomes a sealed one: its lines compressed, and a seal over all events up to its end. The plain file goes last, once both are on the disk: whatever a crash
 * leaves, the segment is there whole, and is sealed again.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Event } from '../../recording/event.ts';
import { leafHash, MerkleTree } from '../../recording/merkle-tree.ts';
import { originOf } from '../../recording/origin.ts';
import { PACKS_PER_BODY_MAX } from '../../recording/piece.ts';
import { readChain } from '../../recording/read-chain.ts';
import { type Seal, signSeal } from '../../recording/seal.ts';
import { FRAME_BYTES, type Frame, packFrame, sealedTail } from '../../recording/seekable.ts';
import { sealedName, sealName, sealNumbers, segmentName, segmentNumbers } from '../../recording/segment-name.ts';
import type { Disk, DiskFile } from '../disk.ts';
import { sealOn } from './seal-on.ts';

/** What was sealed. */
export interface Sealed {
  readonly segment: number;
  readonly size: number;
  /** The seal as a signed note: a checkpoint. */
  readonly note: string;
}

/** A segment cannot be sealed, and why, in one sentence. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/**
 * Seals every segment before `below`, in order, and tells each.
 *
 * @throws {SealError} one does not hold, or what came before it is not here
 * @throws {Error} of the file system
 */
export async function sealSegments(
  disk: Disk,
  folder: string,
  { below, key, onSealed }: { below: number; key: KeyObject; onSealed: (sealed: Sealed) => void },
): Promise<void> {
  const names = await disk.list(folder);
  const seals = [...sealNumbers(names)];
  for (const segment of segmentNumbers(names).filter((number) => number < below)) {
    const last = seals.filter((number) => number < segment).at(-1);
    const before = last === undefined ? undefined : await sealOn(disk, folder, last);
    onSealed(await sealSegment(disk, folder, segment, key, before));
    if (!seals.includes(segment)) seals.push(segment);
  }
}

async function sealSegment(
  disk: Disk,
  folder: string,
  segment: number,
  key: KeyObject,
  last: Seal | undefined,
): Promise<Sealed> {
  const path = join(folder, segmentName(segment));
  const packed = new PackedLines();
  const tree = MerkleTree.of(last === undefined ? [] : [...last.before, ...last.own]);
  const before = tree.subtrees();
  const own = new MerkleTree(tree.size);
  const held = new Held();
  let origin = last?.origin ?? '';
  const head = last === undefined ? undefined : { seq: last.to, hash: last.chain };
  const write = async (file: DiskFile) => {
    const reading = readChain(disk.read(path, 0), head);
    for (;;) {
      const step = await reading.next();
      if (step.done) {
        if (step.value.fault !== undefined)
          throw new SealError(
            `\`${segmentName(segment)}\` does not hold at line ${step.value.lines + 1} (byte ${step.value.bytes}): it is not sealed, and no segment after it`,
          );
        await file.write(packed.end());
        return step.value.head;
      }
      for (const { event, seq, line } of step.value) {
        if (seq !== tree.size + 1)
          throw new SealError(
            `\`${segmentName(segment)}\` begins with event ${seq}, and what came before is not sealed`,
          );
        if (event.type === 'journal.segment') origin ||= originOf(event.gateway);
        const leaf = leafHash(line);
        tree.add(leaf);
        own.add(leaf);
        held.add(event);
        for (const frame of packed.add(line)) await file.write(frame);
      }
    }
  };
  const end = await replaceFile(disk, join(folder, sealedName(segment)), write);
  const seal: Seal = {
    origin,
    segment,
    from: tree.size - own.size + 1,
    to: tree.size,
    ...held.told(),
    root: tree.root(),
    chain: end.hash,
    before,
    own: own.subtrees(),
  };
  const note = signSeal(seal, key);
  await replaceFile(disk, join(folder, sealName(segment)), (file) => file.write(Buffer.from(note)));
  await disk.remove(path);
  return { segment, size: tree.size, note };
}

/** What a seal says of the events of its segment. */
class Held {
  #fromAt: number | undefined;
  #toAt = 0;
  #packFrom = 0;
  #packTo = 0;

  add(event: Event): void {
    this.#fromAt ??= event.at;
    this.#toAt = Math.max(this.#toAt, event.at);
    if (event.type !== 'exchange.recorded') return;
    for (const [pack] of event.pieces) {
      // What a list names may lie in packs before its own.
      const from = event.isList === true ? Math.max(1, pack - PACKS_PER_BODY_MAX) : pack;
      this.#packFrom = this.#packFrom === 0 ? from : Math.min(this.#packFrom, from);
      this.#packTo = Math.max(this.#packTo, pack);
    }
  }

  told(): Pick<Seal, 'fromAt' | 'toAt' | 'packFrom' | 'packTo'> {
    return { fromAt: this.#fromAt ?? 0, toAt: this.#toAt, packFrom: this.#packFrom, packTo: this.#packTo };
  }
}

/** Lines on their way into frames. */
export class PackedLines {
  readonly #frames: Frame[] = [];
  readonly #digest = createHash('sha256');
  #lines = Buffer.allocUnsafe(2 * FRAME_BYTES);
  #bytes = 0;
  #byte = 0;

  /** The frame that is full with this line, if one is. */
  *add(line: Buffer): Generator<Buffer> {
    if (this.#bytes + line.length >= this.#lines.length)
      this.#lines = Buffer.concat([this.#lines.subarray(0, this.#bytes)], this.#bytes + line.length + 1);
    // Copied: the reader uses its memory again.
    this.#bytes += line.copy(this.#lines, this.#bytes);
    this.#lines[this.#bytes++] = END;
    if (this.#bytes >= FRAME_BYTES) yield this.#frame();
  }

  /** The last frame, and what stands behind the frames. */
  end(): Buffer {
    const last = this.#bytes === 0 ? Buffer.alloc(0) : this.#frame();
    return Buffer.concat([last, sealedTail(this.#frames, this.#digest)]);
  }

  #frame(): Buffer {
    const packed = packFrame(this.#lines.subarray(0, this.#bytes));
    this.#frames.push({ byte: this.#byte, packed: packed.length, plain: this.#bytes });
    this.#digest.update(packed);
    this.#byte += packed.length;
    this.#bytes = 0;
    return packed;
  }
}

/** A line feed. */
const END = 0x0a;

/** Puts a file in the place of the one of that name, if there is one, once it is whole and on the disk. */
export async function replaceFile<Value>(
  disk: Disk,
  path: string,
  write: (file: DiskFile) => Promise<Value>,
): Promise<Value> {
  const draft = `${path}.draft`;
  // What a crash left of one.
  await disk.remove(draft).catch(() => {});
  const file = await disk.create(draft);
  let value: Value;
  try {
    value = await write(file);
    await file.sync();
  } catch (error) {
    await file.close();
    await disk.remove(draft).catch(() => {});
    throw error;
  }
  await file.close();
  await disk.rename(draft, path);
  return value;
}
