/*
 * The Merkle tree over the events of a journal: leaf n is the line of event n, without its end. One root stands for all of them; that one event is in it, or that an
 * older tree is the beginning of it, is shown by a few hashes.
 *
 * Source: RFC 6962, 2.1
 */
import { createHash, hash } from 'node:crypto';
import { LINE_BYTES_MAX } from './chain.ts';

/** The hash of a leaf. */
export function leafHash(leaf: Uint8Array): Buffer {
  return hashOf(LEAF, leaf, NOTHING);
}

const LEAF = 0;
const NODE = 1;
const NOTHING = new Uint8Array(0);

/** The node that was made last over a left one, and of which right one. */
const madeLast = new WeakMap<Buffer, { readonly right: Buffer; readonly node: Buffer }>();

/** The same leaves are added to a tree and to a part of it, one after the other: what both have is hashed once. */
function nodeHash(left: Buffer, right: Buffer): Buffer {
  const made = madeLast.get(left);
  if (made?.right === right) return made.node;
  const node = hashOf(NODE, left, right);
  madeLast.set(left, { right, node });
  return node;
}

/** Where bytes are put together that are hashed at once, which costs little more than half of a hash that takes them in pieces; nothing of it is kept. */
const joined = Buffer.alloc(1 + LINE_BYTES_MAX);

function hashOf(kind: number, first: Uint8Array, second: Uint8Array): Buffer {
  const bytes = 1 + first.length + second.length;
  if (bytes > joined.length) return createHash('sha256').update(Buffer.of(kind)).update(first).update(second).digest();
  joined[0] = kind;
  joined.set(first, 1);
  joined.set(second, 1 + first.length);
  return hash('sha256', joined.subarray(0, bytes), 'buffer');
}

/** A whole subtree: a power of two of leaves. */
export interface Subtree {
  readonly size: number;
  readonly hash: Buffer;
}

/** A tree, or the part of one behind its first `from` leaves, that grows leaf by leaf; it holds a hash for each bit of its size. */
export class MerkleTree {
  readonly #from: number;
  readonly #subtrees: Subtree[] = [];
  #size = 0;

  constructor(from = 0) {
    this.#from = from;
  }

  /** A tree whose first leaves are known by their subtrees alone, as `subtrees` gives them. */
  static of(subtrees: readonly Subtree[]): MerkleTree {
    const tree = new MerkleTree();
    for (const { size, hash } of subtrees) tree.addSubtree(size, hash);
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf by its hash. */
  add(leaf: Buffer): void {
    this.addSubtree(1, leaf);
  }

  /** Adds as many leaves at once; they begin at a multiple of their number, counted over the whole tree. */
  addSubtree(size: number, hash: Buffer): void {
    let added = { size, hash };
    let from = this.#from + this.#size;
    for (let last = this.#subtrees.at(-1); last?.size === added.size; last = this.#subtrees.at(-1)) {
      if ((from - last.size) % (2 * last.size) !== 0) break;
      this.#subtrees.pop();
      from -= last.size;
      added = { size: added.size * 2, hash: nodeHash(last.hash, added.hash) };
    }
    this.#subtrees.push(added);
    this.#size += size;
  }

  /** Whole subtrees that together are its leaves, in their order, as few as can be. */
  subtrees(): readonly Subtree[] {
    return [...this.#subtrees];
  }

  /** The root; of a part of a tree only where it begins at the tree's first leaf, or is a whole subtree. */
  root(): Buffer {
    const [last, ...before] = this.#subtrees.toReversed();
    if (last === undefined) return createHash('sha256').digest();
    return before.reduce((right, { hash }) => nodeHash(hash, right), last.hash);
  }
}

/** How large the subtrees are that `MerkleTree.subtrees` has of the leaves from `from` up to `to`, in their order. */
export function subtreeSizes(from: number, to: number): readonly number[] {
  const sizes: number[] = [];
  for (let at = from; at < to; at += sizes.at(-1) as number) {
    let size = 1;
    while (at % (size * 2) === 0 && at + size * 2 <= to) size *= 2;
    sizes.push(size);
  }
  return sizes;
}

/** A range of leaves, `to` not among them. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The hashes that show a leaf, or an older tree, in a tree; made while the leaves come by, in order. */
export class MerkleProof {
  readonly #parts: readonly { readonly range: Range; readonly tree: MerkleTree }[];
  #next = 0;
  #isCut = false;

  private constructor(ranges: readonly Range[]) {
    this.#parts = ranges.map((range) => ({ range, tree: new MerkleTree(range.from) }));
  }

  /** That leaf `index`, from 0, is in the tree of `size` leaves. */
  static ofLeaf(index: number, size: number): MerkleProof {
    return new MerkleProof(pathOf(index, { from: 0, to: size }));
  }

  /** That the tree of the first `older` leaves is the beginning of the tree of `size` leaves. */
  static ofOlder(older: number, size: number): MerkleProof {
    return new MerkleProof(older === 0 || older === size ? [] : subProof(older, { from: 0, to: size }, true));
  }

  add(leaf: Buffer): void {
    this.addSubtree(1, leaf);
  }

  /** Many leaves at once, of which only what they are together is known; a proof that needs one of them apart cannot be made. */
  addSubtree(size: number, hash: Buffer): void {
    const [from, to] = [this.#next, this.#next + size];
    this.#next = to;
    for (const { range, tree } of this.#parts) {
      if (from >= range.from && to <= range.to) tree.addSubtree(size, hash);
      else if (from < range.to && to > range.from) this.#isCut = true;
    }
  }

  /** Whether it needed what is known only together with others. */
  get isCut(): boolean {
    return this.#isCut;
  }

  hashes(): readonly Buffer[] {
    return this.#parts.map(({ tree }) => tree.root());
  }
}

/** Where a tree is divided: the largest power of two below its size. */
function middle({ from, to }: Range): number {
  let half = 1;
  while (half * 2 < to - from) half *= 2;
  return from + half;
}

/** The ranges whose hashes show this leaf in the tree over `range`, the nearest first. */
export function pathOf(index: number, range: Range): readonly Range[] {
  if (range.to - range.from === 1) return [];
  const at = middle(range);
  const [left, right] = [
    { from: range.from, to: at },
    { from: at, to: range.to },
  ];
  return index < at ? [...pathOf(index, left), right] : [...pathOf(index, right), left];
}

function subProof(older: number, range: Range, isKnown: boolean): readonly Range[] {
  if (older === range.to) return isKnown ? [] : [range];
  const at = middle(range);
  const [left, right] = [
    { from: range.from, to: at },
    { from: at, to: range.to },
  ];
  return older <= at ? [...subProof(older, left, isKnown), right] : [...subProof(older, right, false), left];
}

/** The root of the tree of `size` leaves in which this leaf is `index`, by the hashes of its proof; undefined where they cannot be one. Source: RFC 9162, 2.1.3.2 */
export function rootFrom(leaf: Buffer, index: number, size: number, proof: readonly Buffer[]): Buffer | undefined {
  if (index >= size) return undefined;
  let [node, last] = [index, size - 1];
  let root = leaf;
  for (const hash of proof) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      root = nodeHash(hash, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else root = nodeHash(root, hash);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
}
