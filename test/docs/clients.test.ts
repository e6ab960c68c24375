import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { END_CAUSES, endings } from '../clients/ending.ts';
import { clientsPage } from './clients.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the reference page of clients is what was measured', () => {
  assert.equal(read('docs/reference/clients.md'), clientsPage(), 'write it anew with `npm run docs`');
});

test('T82: what was measured is streams of clients that there are', () => {
  const streams = new Set(endings.flatMap(({ name, kinds }) => kinds.map((kind) => `${name} ${kind}`)));
  const measured = JSON.parse(read('test/vectors/client-ends.json'));
  for (const cause of END_CAUSES)
    assert.deepEqual(
      Object.keys(measured[cause]).filter((stream) => !streams.has(stream)),
      [],
    );
});
