import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeafProofs } from './leaf-proofs.ts';
import { leafHash, MerkleProof, MerkleTree, rootFrom } from './merkle-tree.ts';

const leaf = (n: number) => leafHash(Buffer.from(`event ${n}`));

test('the proofs of many leaves are those of each, in trees of every small size', () => {
  for (let size = 1; size <= 70; size++) {
    const indexes = Array.from({ length: size }, (_, i) => i).filter((i) => i % 3 !== 1 || i === size - 1);
    const [tree, many] = [new MerkleTree(), new LeafProofs(indexes, size)];
    const each = indexes.map((index) => MerkleProof.ofLeaf(index, size));
    for (let n = 0; n < size; n++) {
      tree.add(leaf(n));
      many.add(leaf(n));
      for (const proof of each) proof.add(leaf(n));
    }
    for (const [i, index] of indexes.entries()) {
      assert.deepEqual(many.hashes(index), each[i]?.hashes());
      assert.ok(rootFrom(leaf(index), index, size, many.hashes(index))?.equals(tree.root()));
    }
  }
});

test('what is known only together with others serves where none of it is shown, and is told where it would be', () => {
  for (const [shown, isCut] of [
    [[9, 14], false],
    [[2], true],
  ] as const) {
    const [tree, many, first] = [new MerkleTree(), new LeafProofs(shown, 20), new MerkleTree()];
    for (let n = 0; n < 8; n++) first.add(leaf(n));
    for (const { size, hash } of first.subtrees()) {
      tree.addSubtree(size, hash);
      many.addSubtree(size, hash);
    }
    for (let n = 8; n < 20; n++) {
      tree.add(leaf(n));
      many.add(leaf(n));
    }
    assert.equal(many.isCut, isCut);
    if (isCut) continue;
    for (const index of shown) assert.ok(rootFrom(leaf(index), index, 20, many.hashes(index))?.equals(tree.root()));
  }
});
