import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cliPage } from './cli.ts';

const page = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');

test('the reference page of the command line is what the commands say', async () => {
  assert.equal(page, await cliPage(), 'write it anew with `npm run docs`');
});

test('every command and every flag says what it is', () => {
  assert.deepEqual(page.match(/\| {2}\|.*\|$|^\.$/gm), null);
});
