import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { detectorsPage } from './detectors.ts';
import { guardsPage } from './guards.ts';
import { configurationJsonSchema, policyJsonSchema } from './json-schema.ts';
import { masksPage } from './masks.ts';
import { policyPage } from './policy.ts';

const PAGES = {
  'policy.md': policyPage,
  'detectors.md': detectorsPage,
  'masks.md': masksPage,
  'guards.md': guardsPage,
  'policy.schema.json': policyJsonSchema,
  'configuration.schema.json': configurationJsonSchema,
};

for (const [name, page] of Object.entries(PAGES)) {
  test(`docs/reference/${name} is what the code says`, () => {
    const written = readFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), 'utf8');
    assert.equal(written, page(), 'write it anew with `npm run docs`');
  });
}
