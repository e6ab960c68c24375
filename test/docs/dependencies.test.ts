import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root } from '../tidy/tree.ts';

const page = readFileSync(path.join(root, 'docs/decisions/0002-dependencies.md'), 'utf8');
const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};

test('every runtime dependency is argued for, and nothing is argued for that is none', () => {
  const argued = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(argued.toSorted(), Object.keys(dependencies).toSorted());
});

test('every runtime dependency has an exact version', () => {
  const loose = Object.entries(dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
  assert.deepEqual(loose, []);
});
