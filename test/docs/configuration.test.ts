import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configurationPage } from './configuration.ts';

test('the reference page of the configuration is what the schema says', () => {
  const page = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8');
  assert.equal(page, configurationPage(), 'write it anew with `npm run docs`');
});
