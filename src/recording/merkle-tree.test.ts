import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { openCheckpoint, signCheckpoint, verifierKey } from './checkpoint.ts';
import { leafHash, MerkleProof, MerkleTree, rootFrom } from './merkle-tree.ts';

/** Source: the vectors of https://github.com/google/certificate-transparency, MerkleTreeTest */
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leaves = (count: number) => Array.from({ length: count }, (_, n) => leafHash(Buffer.from(`event ${n}`)));

function treeOf(hashes: readonly Buffer[]): MerkleTree {
  const tree = new MerkleTree();
  for (const hash of hashes) tree.add(hash);
  return tree;
}

test('the roots are those that others make of the same leaves', () => {
  assert.equal(
    new MerkleTree().root().toString('hex'),
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
  const tree = new MerkleTree();
  for (const [n, input] of INPUTS.entries()) {
    tree.add(leafHash(Buffer.from(input, 'hex')));
    assert.equal(tree.root().toString('hex'), ROOTS[n]);
  }
});

test('each leaf is shown to be in its tree, and no other is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat({ max: 69 }), (size, n) => {
      const index = n % size;
      const all = leaves(size);
      const proof = MerkleProof.ofLeaf(index, size);
      for (const leaf of all) proof.add(leaf);
      const root = treeOf(all).root();
      assert.ok(rootFrom(all[index] as Buffer, index, size, proof.hashes())?.equals(root));
      const other = rootFrom(leafHash(Buffer.from('another')), index, size, proof.hashes());
      assert.ok(other === undefined || !other.equals(root));
      if (size > 1) assert.notDeepEqual(rootFrom(all[index] as Buffer, (index + 1) % size, size, proof.hashes()), root);
    }),
  );
});

test('that an older tree is the beginning of a newer is shown by the hashes of RFC 6962', () => {
  const proof = (older: number) => {
    const made = MerkleProof.ofOlder(older, 7);
    for (const leaf of leaves(7)) made.add(leaf);
    return made.hashes().map(String);
  };
  const range = (from: number, to: number) => String(treeOf(leaves(7).slice(from, to)).root());
  // The examples of RFC 6962, 2.1.3.
  assert.deepEqual(proof(3), [range(2, 3), range(3, 4), range(0, 2), range(4, 7)]);
  assert.deepEqual(proof(4), [range(4, 7)]);
  assert.deepEqual(proof(6), [range(4, 6), range(6, 7), range(0, 4)]);
});

test('a checkpoint is opened by the key that signed it, and by no other', () => {
  const [mine, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const checkpoint = { origin: 'sallyport/gw-1', size: 7, root: treeOf(leaves(7)).root() };
  const note = signCheckpoint(checkpoint, mine.privateKey);
  const verifier = verifierKey(checkpoint.origin, mine.publicKey);
  assert.equal(verifier, verifierKey(checkpoint.origin, mine.privateKey));
  assert.deepEqual(openCheckpoint(note, verifier), checkpoint);
  assert.equal(openCheckpoint(note, verifierKey(checkpoint.origin, other.publicKey)), 'the key did not sign it');
  assert.equal(openCheckpoint(note.replace('\n7\n', '\n8\n'), verifier), 'the key did not sign it');
  assert.equal(openCheckpoint('7\n', verifier), 'it is no checkpoint');
  assert.equal(openCheckpoint(note, 'gw'), 'it is no Ed25519 key of a signed note');
  const witnessed = `${note}\u2014 witness AAAAAAAA\n`;
  assert.deepEqual(openCheckpoint(witnessed, verifier), checkpoint, 'a witness signs beside it');
});
