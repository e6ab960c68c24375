import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { mistakeWords } from './mistake-words.ts';

const rule = z.strictObject({
  effect: z.enum(['allow', 'deny']),
  verbs: z.array(z.string()).min(1),
  apiGroups: z.array(z.string()).optional(),
  name: z.string().min(1).max(3).optional(),
  uses: z.int().min(1).max(9).optional(),
  once: z.boolean().optional(),
  own: z.string('expected a name of our own').optional(),
});
const GOOD = { effect: 'allow', verbs: ['get'] };

const table: readonly (readonly [name: string, written: unknown, told: string])[] = [
  ['a key that is not there', { effect: 'allow' }, 'verbs: missing; expected a list'],
  ['one of several that is not there', { verbs: ['get'] }, 'effect: missing; expected one of `allow`, `deny`'],
  ['one of several that is none of them', { ...GOOD, effect: 'alow' }, 'effect: expected one of `allow`, `deny`'],
  ['another type', { ...GOOD, verbs: 'get' }, 'verbs: expected a list, got a string'],
  ['nothing behind a key', { ...GOOD, verbs: null }, 'verbs: expected a list, got nothing'],
  ['a list in the place of all', [], ': expected a map, got a list'],
  ['a string for yes or no', { ...GOOD, once: 'yes' }, 'once: expected `true` or `false`, got a string'],
  ['a broken number', { ...GOOD, uses: 1.5 }, 'uses: expected a whole number, got a number'],
  ['no number', { ...GOOD, uses: Number.NaN }, 'uses: expected a number'],
  ['too little', { ...GOOD, uses: 0 }, 'uses: expected at least 1'],
  ['too much', { ...GOOD, uses: 10 }, 'uses: expected at most 9'],
  ['an empty list', { ...GOOD, verbs: [] }, 'verbs: expected at least 1 item'],
  ['an empty string', { ...GOOD, name: '' }, 'name: expected at least 1 character'],
  ['a long string', { ...GOOD, name: 'abcd' }, 'name: expected at most 3 characters'],
  ['words of the schema’s own', { ...GOOD, own: 1 }, 'own: expected a name of our own'],
  ['an unknown key', { ...GOOD, colour: 1 }, ': unknown key `colour`'],
  ['a slip', { ...GOOD, nmae: 'a' }, ': unknown key `nmae`; did you mean `name`?'],
  ['one for many', { ...GOOD, apiGroup: [] }, ': unknown key `apiGroup`; did you mean `apiGroups`?'],
  ['one that is there already', { ...GOOD, verb: 1 }, ': unknown key `verb`'],
  ['another case', { ...GOOD, APIGROUPS: [] }, ': unknown key `APIGROUPS`; did you mean `apiGroups`?'],
  ['two unknown keys', { ...GOOD, nme: 1, x: 1 }, ': unknown key `nme`; did you mean `name`?\nunknown key `x`'],
  ['a key of two lines', { ...GOOD, 'a\nb': 1 }, ': unknown key `a\\nb`'],
  ['a key longer than any', { ...GOOD, ['e'.repeat(41)]: 1 }, `: unknown key \`${'e'.repeat(41)}\``],
];
for (const [name, written, told] of table) {
  test(`${name} is told as \`${told.replaceAll('\n', ' ')}\``, () => {
    const { error } = rule.safeParse(written, { error: mistakeWords });
    assert.deepEqual(
      error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
      [told],
    );
  });
}
