import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textMaskPrefix } from '../masking/text/text-mask.ts';
import type { YesAmendment } from './approval-contract.ts';
import { yesParts } from './yes-parts.ts';

const mask = `${textMaskPrefix}${'a'.repeat(20)}`;
const base64 = Buffer.from(mask).toString('base64');

const HOLDING: readonly YesAmendment[] = [
  { set: { path: '/data/a', value: mask } },
  { set: { path: '/data/a', value: base64 } },
  { set: { path: '/data/a', value: Buffer.from(base64).toString('base64') } },
  { set: { path: '/spec/a', value: [{ b: `postgres://u:${mask}@db` }] } },
  { set: { path: '/data', value: { [mask]: 'x' } } },
  { label: { key: 'team', value: mask } },
  { label: { key: mask, value: 'a' } },
];

for (const edit of HOLDING)
  test(`an edit that holds a mask is refused: ${JSON.stringify(edit)}`, () => {
    assert.throws(() => yesParts({ amend: [{ dryRun: true }, edit] }), {
      code: 'REQUEST_MALFORMED',
      message: /holds a mask/,
    });
  });

test('an edit that holds none is made', () => {
  const { narrowed } = yesParts({ amend: [{ set: { path: '/spec/replicas', value: 2 } }, { dryRun: true }] });
  assert.deepEqual(narrowed?.amend, [
    { kind: 'set-field', path: ['spec', 'replicas'], value: 2 },
    { kind: 'force-dry-run' },
  ]);
});
