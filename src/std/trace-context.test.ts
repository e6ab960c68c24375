import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTraceparent, parseTraceparent } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('what is read is written back', () => {
  for (const flags of ['00', '01']) {
    const text = `00-${TRACE}-${SPAN}-${flags}`;
    const read = parseTraceparent(text);
    assert.ok(read !== undefined);
    assert.equal(formatTraceparent(read), text);
  }
  assert.equal(parseTraceparent(`00-${TRACE}-${SPAN}-03`)?.isSampled, true, 'a flag that is not known changes nothing');
});

test('what is no traceparent of version 00 is none', () => {
  for (const text of [
    '',
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `01-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-1`,
  ])
    assert.equal(parseTraceparent(text), undefined, text);
});
