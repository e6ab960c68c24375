import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importTable } from './import-table.ts';
import { forbiddenImports } from './imports.ts';
import { codeOf, longestFunction, specifiersOf } from './scan.ts';
import { isTypeScript, projectFiles } from './tree.ts';

test('every import in src is one that the import table allows', () => {
  const files = projectFiles((name) => name.startsWith('src/') && isTypeScript(name));
  assert.ok(files.length > 0);
  assert.deepEqual(files.flatMap(forbiddenImports), []);
});

test('every row of the import table names rows of the table', () => {
  const named = Object.values(importTable).flatMap((row) => (row === 'everything' ? [] : row));
  assert.deepEqual(
    named.filter((name) => !Object.hasOwn(importTable, name.split('/')[0] ?? '')),
    [],
  );
});

// Canaries: files that must be caught, each for one thing.
const caught: readonly (readonly [path: string, text: string])[] = [
  ['src/std/a.ts', `import { x } from '../model/caller.ts';`],
  ['src/model/a.ts', `import type { x } from '../policy/decide.ts';`],
  ['src/policy/a.ts', `import { x } from '../pipeline/serve.ts';`],
  ['src/policy/a.ts', `import fs from 'node:fs';`],
  ['src/policy/a.ts', `import { createHash } from 'node:crypto';`],
  ['src/approval/a.ts', `import { z } from 'zod';`],
  ['src/masking/a.ts', `import http from 'node:http';`],
  ['src/recording/a.ts', `export const at = () => Date.now();`],
  ['src/policy/a.ts', `const now = new Date();`],
  ['src/approval/a.ts', `setTimeout(() => {}, 1);`],
  ['src/config/a.ts', `import { x } from '../main/cli.ts';`],
  ['src/pipeline/a.ts', `import { x } from '../connectors/kubernetes/connector.ts';`],
  ['src/pipeline/a.ts', `import { x } from '../storage/store.ts';`],
  ['src/pipeline/a.ts', `import { x } from '../control/contract.ts';`],
  ['src/pipeline/a.ts', `export { x } from '../identity/authenticator.ts';`],
  ['src/pipeline/a.ts', `const x = await import('../storage/store.ts');`],
  ['src/pipeline/a.ts', `const x = await import(name);`],
  ['src/pipeline/a.ts', `import '../main/gateway.ts';`],
  ['src/connectors/kubernetes/a.ts', `import { x } from '../postgres/parse.ts';`],
  ['src/connectors/connector.ts', `import { x } from './kubernetes/parse.ts';`],
  ['src/cli/a.ts', `import { x } from '../control/grants.ts';`],
  ['src/main/a.ts', `import { x } from '../../demo/main.ts';`],
  ['src/main/a.ts', `import { x } from '../../test/support/left-out.ts';`],
  ['src/model/a.test.ts', `import { x } from '../../demo/main.ts';`],
  ['src/helpers/a.ts', ''],
];
for (const [path, text] of caught) {
  test(`caught: ${path}: ${text}`, () => assert.equal(forbiddenImports({ path, text }).length, 1));
}

const allowed: readonly (readonly [path: string, text: string])[] = [
  ['src/model/a.ts', `import { x } from '../std/assert.ts'; import type { y } from './caller.ts';`],
  ['src/policy/a.ts', `import { x } from '@bufbuild/cel'; // import fs from 'node:fs'`],
  ['src/policy/a.ts', 'const text = `import fs from "node:fs"`;'],
  ['src/masking/a.ts', `import { gunzipSync } from 'node:zlib';`],
  ['src/pipeline/a.ts', `import type { Connector } from '../connectors/connector.ts';`],
  ['src/connectors/kubernetes/a.ts', `import type { Connector } from '../connector.ts';`],
  ['src/main/a.ts', `import { x } from '../storage/store.ts'; import pino from 'pino';`],
  ['src/policy/a.test.ts', `import { test } from 'node:test'; import fc from 'fast-check';`],
];
for (const [path, text] of allowed) {
  test(`allowed: ${path}: ${text}`, () => assert.deepEqual(forbiddenImports({ path, text }), []));
}

test('the scanner tells code from comments, strings, templates and regular expressions', () => {
  const quote = '`';
  const text =
    `const a = 'x // y'; /* b */ const c = ${quote}d $` +
    `{e('f')} g${quote}; const r = /[/'"]/g; const q = h / i; // j`;
  const code =
    `const a = '      ';         const c = ${quote}  $` +
    `{e(' ')}  ${quote}; const r = /     /g; const q = h / i;     `;
  assert.equal(codeOf(text), code);
  assert.deepEqual(specifiersOf(`import a, { type b } from "a";\nexport * from './b.ts'; import('c')`), [
    'a',
    './b.ts',
    'c',
  ]);
});

test('the scanner measures functions, and only functions', () => {
  const body = 'x;\n'.repeat(20);
  assert.equal(longestFunction(`function f(a: number): Promise<void> {\n${body}}`).lines, 22);
  assert.equal(longestFunction(`const f = (a) => {\n${body}};`).lines, 22);
  assert.equal(longestFunction(`class C {\n  m(a: string): string {\n${body}}\n}`).lines, 22);
  assert.equal(longestFunction(`const data = {\n${body}};\nif (a) {\n${body}}`).lines, 0);
});
