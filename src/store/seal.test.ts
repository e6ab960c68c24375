import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { createSeal, type SealedFields } from './seal.ts';

const seal = createSeal(Buffer.alloc(48, 7));

const ROW: SealedFields = {
  kind: 'grant',
  id: '01jxe',
  version: 3,
  owner: '["main","ci:dev"]',
  state: 'live',
  body: '{"reason":"für die Prüfung"}',
};

test('the seal of a row is the one that rows in stores have', () => {
  assert.equal(seal.of(ROW), '1.HxNVvJHFVy8hc545qvDfL0kJiqe98ZFO_sOEnqmgnqc');
});

test('whatever of a row is changed, or moved into the field beside it, breaks its seal', () => {
  const given = seal.of(ROW);
  const text = fc.string({ maxLength: 12 });
  const rows = fc.record({
    kind: fc.oneof(fc.constant(ROW.kind), text),
    id: fc.oneof(fc.constant(ROW.id), text),
    version: fc.oneof(fc.constant(ROW.version), fc.nat(99)),
    owner: fc.oneof(fc.constant(ROW.owner), fc.constant(`${ROW.owner}l`), text),
    state: fc.oneof(fc.constant(ROW.state), fc.constant('ive'), text),
    body: fc.oneof(fc.constant(ROW.body), text),
  });
  fc.assert(
    fc.property(rows, (row) => {
      const isSame = JSON.stringify(row) === JSON.stringify(ROW);
      assert.equal(seal.isRight(row, given), isSame);
      assert.equal(seal.isRight(row, seal.of(row)), true);
      assert.equal(createSeal(Buffer.alloc(48, 8)).isRight(row, seal.of(row)), false);
    }),
  );
});
