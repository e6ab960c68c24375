import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { and, BROKEN, missing, missingFacts, NO, or, YES } from './truth.ts';

const truths = fc.oneof(
  fc.constant(NO),
  fc.constant(YES),
  fc.constant(BROKEN),
  fc.constant(missing('pod')),
  fc.constant(missing('existing') | missing('result')),
);

test('and, or are those of three values: what is missing neither says yes nor no', () => {
  fc.assert(
    fc.property(truths, truths, (a, b) => {
      assert.equal(and(a, b), and(b, a));
      assert.equal(or(a, b), or(b, a));
      assert.equal(and(a, YES), a);
      assert.equal(and(a, NO), NO);
      assert.equal(or(a, NO), a);
      assert.equal(or(a, YES), YES);
      assert.equal(and(a, or(a, b)) === NO, a === NO);
    }),
  );
});

test('what is missing adds up, and is told by name', () => {
  assert.deepEqual(missingFacts(and(missing('services'), and(missing('existing'), BROKEN))), ['existing', 'services']);
  assert.deepEqual(missingFacts(NO), []);
  assert.deepEqual(missingFacts(YES), []);
});
