import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { limitsPage } from './limits.ts';

test('the reference page of limits is what the code says', () => {
  const page = readFileSync(new URL('../../docs/reference/limits.md', import.meta.url), 'utf8');
  assert.equal(page, limitsPage(), 'write it anew with `npm run docs`');
});

test('every limit says what it bounds', () => {
  assert.deepEqual(limitsPage().match(/\| {2}\|$/gm), null);
});
