import type { Gone } from '../recording/gone.ts';
import { leafHash, MerkleTree, type Subtree } from '../recording/merkle-tree.ts';
import { type RecordedEvent, readChain } from '../recording/read-chain.ts';
import type { Seal } from '../recording/seal.ts';
import { readSegmentFile } from './segment-files.ts';

/** Whoever reads a sealed segment. */
interface Taking {
  readonly onEvent?: (event: RecordedEvent) => void;
  /** Events that are not here any more, in their place. */
  readonly onGone?: (gone: Gone) => void;
}

/**
 * Whether the file of a sealed segment is what its seal says, whose signature is for who asks to check: its lines are one chain up to the one that was signed, and the tree
 * over them, with the leaves of those that are gone, is the one that was signed.
 *
 * Security: both are asked. Behind leaf hashes that stand for events, the chain goes on from whatever they say.
 *
 * @throws {Error} of the file system
 */
export async function readSigned(folder: string, seal: Seal, { onEvent, onGone }: Taking = {}): Promise<boolean> {
  const tree = new MerkleTree(seal.from - 1);
  let isInPlace = true;
  const reading = readChain(readSegmentFile(folder, seal.segment), undefined, (gone) => {
    isInPlace &&= gone.from === seal.from + tree.size;
    for (const { size, hash } of gone.subtrees) tree.addSubtree(size, hash);
    onGone?.(gone);
  });
  for (;;) {
    const step = await reading.next();
    if (step.done) {
      const { fault, head } = step.value;
      const isEnd = fault === undefined && head.seq === seal.to && head.hash === seal.chain;
      return isInPlace && isEnd && isSame(tree.subtrees(), seal.own);
    }
    for (const event of step.value) {
      isInPlace &&= event.seq === seal.from + tree.size;
      tree.add(leafHash(event.line));
      onEvent?.(event);
    }
  }
}

function isSame(a: readonly Subtree[], b: readonly Subtree[]): boolean {
  return a.length === b.length && a.every(({ size, hash }, i) => size === b[i]?.size && hash.equals(b[i].hash));
}
