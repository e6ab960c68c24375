import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fileTrouble } from './file-trouble.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const self = fileURLToPath(import.meta.url);

for (const [name, tried, words] of [
  ['nothing there', () => readFileSync(`${here}none`), 'there is no such file or folder'],
  ['a folder', () => readFileSync(here), 'it is a folder'],
  ['a file where a folder is meant', () => readdirSync(`${self}/below`), 'a part of its path is no folder'],
  ['what is no trouble of a file', () => JSON.parse('{'), /^Expected property name/],
] as const)
  test(`${name} is told in words`, () => {
    let told = '';
    try {
      tried();
    } catch (error) {
      told = fileTrouble(error);
    }
    if (typeof words === 'string') assert.equal(told, words);
    else assert.match(told, words);
  });
