import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import { glob } from '../glob.ts';
import { describeSet } from './describe-set.ts';
import { globPattern, literalPattern, partition, patternKey } from './partition.ts';

const patterns = fc.array(fc.stringMatching(/^[ab*]{0,4}$/), { maxLength: 5 });
const text = fc.stringMatching(/^[abc]{0,6}$/);

test('every string is in one class, and is matched by what matches the witness of that class', () => {
  fc.assert(
    fc.property(patterns, text, (globs, string) => {
      const { witnesses, sets } = partition(globs.map(globPattern));
      const alike = witnesses.filter((witness) => globs.every((each) => glob(each)(witness) === glob(each)(string)));
      assert.equal(alike.length, 1);
      const i = witnesses.indexOf(alike[0] as string);
      for (const each of globs) {
        const set = sets.get(patternKey(globPattern(each))) as bigint;
        assert.equal((set & (1n << BigInt(i))) !== 0n, glob(each)(string));
      }
    }),
    { numRuns: 500 },
  );
});

test('a class that is one string between two wildcards is found', () => {
  const { witnesses } = partition(['a*', '*a', 'a*a'].map(globPattern));
  assert.ok(witnesses.includes('a'));
});

test('a literal with a wildcard’s character is a literal', () => {
  const { sets } = partition([literalPattern('a*'), literalPattern('ab')]);
  assert.notEqual(sets.get(patternKey(literalPattern('a*'))), sets.get(patternKey(literalPattern('ab'))));
});

const rows: readonly (readonly [patterns: string[], matching: string[], expected: string])[] = [
  [['shop', 'bank'], ['shop'], 'shop'],
  [['shop', 'shop-*'], ['shop', 'shop-*'], 'shop, shop-*'],
  [['shop-*', 'shop-eu'], ['shop-*'], 'shop-*'],
  [['*', 'bank'], ['*'], ''],
];
for (const [all, chosen, expected] of rows) {
  test(`${chosen.join(', ')} of ${all.join(', ')} reads ${expected === '' ? 'as everything' : expected}`, () => {
    const parts = partition(all.map(globPattern));
    const set = chosen.reduce((sum, each) => sum | (parts.sets.get(patternKey(globPattern(each))) as bigint), 0n);
    assert.equal(describeSet(parts, set), expected);
  });
}

test('what is left of everything is named by what is taken out', () => {
  const parts = partition(['bank', 'shop'].map(globPattern));
  const bank = parts.sets.get(patternKey(globPattern('bank'))) as bigint;
  assert.equal(describeSet(parts, parts.full & ~bank), 'any but bank');
});
