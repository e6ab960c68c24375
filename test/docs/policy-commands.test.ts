import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { policyCliPage } from './policy-cli.ts';
import { policyTestingPage } from './policy-testing.ts';

for (const [name, page] of Object.entries({ 'policy-testing.md': policyTestingPage, 'policy-cli.md': policyCliPage })) {
  test(`docs/reference/${name} is what the code says`, () => {
    const written = readFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), 'utf8');
    assert.equal(written, page(), 'write it anew with `npm run docs`');
  });
}
