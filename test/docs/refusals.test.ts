import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { REFUSAL_CODES, type RefusalCode } from '../../src/model/refusal-codes.ts';
import { exampleOf, refusalsPage } from './refusals.ts';

const page = readFileSync(new URL('../../docs/reference/refusals.md', import.meta.url), 'utf8');

test('the reference page of refusals is what the code says', () => {
  assert.equal(page, refusalsPage(), 'write it anew with `npm run docs`');
});

test('every code is on the page, and every code of the page is one', () => {
  const onPage = [...page.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code);
  assert.deepEqual(onPage, Object.keys(REFUSAL_CODES));
});

test('every example tells what to do, or that nothing can be done', () => {
  for (const code of Object.keys(REFUSAL_CODES) as RefusalCode[]) {
    const { message, retry, advice } = exampleOf(code);
    assert.match(message, /^[`a-z]/, `${code} begins like a sentence that goes on`);
    assert.doesNotMatch(`${message}${advice}`, /[.!]$/, `${code} ends without a stop`);
    if (retry === 'verify' && code !== 'INTERNAL') assert.match(advice, /before you repeat/, code);
  }
});
