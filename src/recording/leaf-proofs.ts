/*
 * The hashes that show many leaves in one tree, made while all leaves come by once: what two proofs share is put together once, and a leaf costs a look for each bit of the
 * tree's size, however many are shown.
 */
import { MerkleTree, pathOf, type Range } from './merkle-tree.ts';

/** Proofs of these leaves, counted from 0, in the tree of `size` leaves. */
export class LeafProofs {
  readonly #size: number;
  /** By the size of a whole subtree, and where it begins. */
  readonly #whole = new Map<number, Map<number, MerkleTree>>();
  /** Those at the tree's right end, which are of any size, by where they begin. */
  readonly #last = new Map<number, MerkleTree>();
  #next = 0;
  #isCut = false;

  constructor(indexes: readonly number[], size: number) {
    this.#size = size;
    for (const index of indexes) for (const range of pathOf(index, { from: 0, to: size })) this.#treeOf(range);
  }

  /** Whether one of them needs what is known only together with others. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** The next leaf. */
  add(leaf: Buffer): void {
    this.addSubtree(1, leaf);
  }

  /** The next leaves, of which only what they are together is known. */
  addSubtree(leaves: number, hash: Buffer): void {
    const [from, to] = [this.#next, this.#next + leaves];
    this.#next = to;
    for (const [size, trees] of this.#whole) {
      if (size < leaves) this.#isCut ||= [...trees.keys()].some((at) => at >= from && at < to);
      else trees.get(from - (from % size))?.addSubtree(leaves, hash);
    }
    for (const [at, tree] of this.#last) {
      if (at <= from) tree.addSubtree(leaves, hash);
      else if (at < to) this.#isCut = true;
    }
  }

  /** The proof of one of them, once all leaves have come by. */
  hashes(index: number): readonly Buffer[] {
    return pathOf(index, { from: 0, to: this.#size }).map((range) => this.#treeOf(range).root());
  }

  #treeOf({ from, to }: Range): MerkleTree {
    const size = to - from;
    const isWhole = Number.isInteger(Math.log2(size)) && from % size === 0;
    const trees = isWhole ? (this.#whole.get(size) ?? new Map<number, MerkleTree>()) : this.#last;
    if (isWhole) this.#whole.set(size, trees);
    const tree = trees.get(from) ?? new MerkleTree(from);
    trees.set(from, tree);
    return tree;
  }
}
