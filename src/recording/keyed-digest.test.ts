import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { keyedDigest } from './keyed-digest.ts';

test('T55: a digest is HMAC-SHA-256 under its key, and no plain hash', () => {
  // Source: RFC 4231, test case 2
  const digest = keyedDigest(Buffer.from('Jefe'))(Buffer.from('what do ya want for nothing?'));
  assert.equal(digest, 'hmac-sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  assert.ok(!digest.includes(hash('sha256', 'what do ya want for nothing?', 'hex')));
});
