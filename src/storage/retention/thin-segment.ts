/*
 * A sealed segment without the events that rules let go: their leaf hashes take their place, so that its tree is the one that was signed. One that holds nothing any more is
 * its seal alone. A segment that is not what was signed is evidence, and stays as it is.
 */

import { join } from 'node:path';
import { GONE_PER_LINE_MAX, goneLine } from '../../recording/gone.ts';
import type { Subtree } from '../../recording/merkle-tree.ts';
import { leafHash, MerkleTree } from '../../recording/merkle-tree.ts';
import { coversRange, isInRanges, type Ranges } from '../../recording/ranges.ts';
import { readChain } from '../../recording/read-chain.ts';
import { sealedName } from '../../recording/segment-name.ts';
import { readSegmentFile } from '../../segments/segment-files.ts';
import type { Disk, DiskFile } from '../disk.ts';
import { sealOn } from '../sealing/seal-on.ts';
import { PackedLines, replaceFile, SealError } from '../sealing/seal-segment.ts';

/** Takes these events out of a segment. @throws {SealError} it is not what was signed @throws {Error} of the file system */
export async function thinSegment(disk: Disk, folder: string, segment: number, gone: Ranges): Promise<void> {
  const seal = await sealOn(disk, folder, segment);
  const path = join(folder, sealedName(segment));
  if (coversRange(gone, seal.from, seal.to)) return disk.remove(path);
  const lines = new ThinnedLines(gone, seal.from - 1);
  await replaceFile(disk, path, async (file) => {
    const reading = readChain(readSegmentFile(folder, segment), undefined, ({ from, subtrees, chain }) => {
      lines.run(subtrees.length);
      for (const [i, { hash }] of subtrees.entries())
        lines.gone(hash, i === subtrees.length - 1 ? chain : '', from + i);
    });
    for (;;) {
      const step = await reading.next();
      if (step.done) {
        if (
          step.value.fault !== undefined ||
          step.value.head.hash !== seal.chain ||
          !isSame(lines.tree.subtrees(), seal.own)
        )
          throw new SealError(`\`${sealedName(segment)}\` is not what was signed: nothing of it goes`);
        await lines.end(file);
        return;
      }
      for (const { seq, hash, line } of step.value) await lines.take(file, seq, hash, line);
    }
  });
}

function isSame(a: readonly Subtree[], b: readonly Subtree[]): boolean {
  return a.length === b.length && a.every(({ size, hash }, i) => size === b[i]?.size && hash.equals(b[i].hash));
}

/** Lines on their way into a thinned segment. */
class ThinnedLines {
  readonly tree: MerkleTree;
  readonly #gone: Ranges;
  readonly #packed = new PackedLines();
  #leaves: Buffer[] = [];
  #from = 0;
  #chain = '';
  #pending: Buffer[] = [];

  constructor(gone: Ranges, from: number) {
    this.#gone = gone;
    this.tree = new MerkleTree(from);
  }

  /** So many events that were gone before follow, of which only the last one's `chain` is known. */
  run(events: number): void {
    if (this.#leaves.length + events > GONE_PER_LINE_MAX) this.#flush();
  }

  /** An event that is gone, before or now. */
  gone(leaf: Buffer, chain: string, seq: number): void {
    this.tree.add(leaf);
    if (this.#leaves.length === 0) this.#from = seq;
    this.#leaves.push(Buffer.from(leaf));
    this.#chain = chain;
    if (this.#leaves.length >= GONE_PER_LINE_MAX && chain !== '') this.#flush();
  }

  async take(file: DiskFile, seq: number, hash: string, line: Buffer): Promise<void> {
    const leaf = leafHash(line);
    if (isInRanges(this.#gone, seq)) this.gone(leaf, hash, seq);
    else {
      this.tree.add(leaf);
      this.#flush();
      this.#pending.push(Buffer.from(line));
    }
    await this.#write(file);
  }

  async end(file: DiskFile): Promise<void> {
    this.#flush();
    await this.#write(file);
    await file.write(this.#packed.end());
  }

  #flush(): void {
    if (this.#leaves.length === 0) return;
    this.#pending.push(Buffer.from(goneLine(this.#from, this.#leaves, this.#chain)));
    this.#leaves = [];
  }

  async #write(file: DiskFile): Promise<void> {
    for (const line of this.#pending) for (const frame of this.#packed.add(line)) await file.write(frame);
    this.#pending = [];
  }
}
