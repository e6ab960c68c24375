import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { anyGlob, glob } from './glob.ts';

const words = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', '\n'), maxLength: 8 });

test('a glob is the regular expression that it stands for', () => {
  fc.assert(
    fc.property(words, words, (pattern, text) => {
      const regex = new RegExp(
        `^${pattern
          .split('*')
          .map((piece) => piece.replaceAll('.', '\\.'))
          .join('.*')}$`,
        's',
      );
      assert.equal(glob(pattern)(text), regex.test(text));
    }),
    { numRuns: 3000 },
  );
});

test('of many patterns, any one is enough, and of none, none is', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 4 }), words, (patterns, text) => {
      assert.equal(
        anyGlob(patterns)(text),
        patterns.some((pattern) => glob(pattern)(text)),
      );
    }),
  );
});

test('a long name is matched in linear time for each star', () => {
  assert.equal(glob(`${'*a'.repeat(50)}b`)('a'.repeat(200_000)), false);
});
