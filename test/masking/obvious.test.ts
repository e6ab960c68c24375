import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../support/property.ts';
import { documents } from './documents.ts';
import { editorsOutput, maskedAlike } from './masked-alike.ts';

test('T50: the editor and the slow, obvious masker make the same bytes of 20,000 documents, however they are cut', () => {
  fc.assert(
    fc.property(documents, (document) => maskedAlike(document)),
    { numRuns: 20_000 },
  );
});

test('and a masker that forgets a rule is found out', () => {
  const isFound = fc.check(
    fc.property(documents, (document) => maskedAlike(document, ({ text }) => text)),
    { numRuns: 2_000 },
  ).failed;
  assert.equal(isFound, true);
});

test('what is stepped over has nothing to mask: without stepping over anything the bytes are the same', () => {
  fc.assert(
    fc.property(documents, (document) => {
      assert.equal(
        editorsOutput(document),
        editorsOutput(document, (plan) => ({ ...plan, pairsAreTelling: false })),
      );
    }),
    { numRuns: 1_000 },
  );
});
