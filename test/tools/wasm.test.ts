import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const { moduleText } = (await import(path.resolve('tools/wasm.mjs'))) as { readonly moduleText: () => Promise<string> };

test('src/masking/tape/walk-module.ts is what wasm/ compiles to, byte for byte', async () => {
  equal(readFileSync('src/masking/tape/walk-module.ts', 'utf8'), await moduleText(), 'npm run wasm');
});
