import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectFiles, root } from '../tidy/tree.ts';
import { anchorsIn, brokenAnchors, brokenLinks, existsIn, npmScripts } from './links.ts';

const pages = projectFiles((name) => name.endsWith('.md'));
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test('every relative link in the documentation leads to a file', () => {
  assert.ok(pages.some((page) => page.path === 'README.md'));
  assert.deepEqual(
    pages.flatMap((page) => brokenLinks(page.path, page.text, existsIn(root))),
    [],
  );
});

test('every link to a heading leads to one', () => {
  const anchors = new Map(pages.map((page) => [page.path, anchorsIn(page.text)]));
  assert.deepEqual(
    pages.flatMap((page) => brokenAnchors(page.path, page.text, (name) => anchors.get(name))),
    [],
  );
});

test('caught: a heading that is not there, on this page or another', () => {
  const anchors = (name: string) => (name === 'docs/d.md' ? anchorsIn('# A `b`, c\n## Twice\n## Twice\n') : undefined);
  const text = '[1](#a-b-c) [2](#twice-1) [3](#twice-2) [4](../docs/d.md#none) [5](other.txt#x) [6](https://x.test/#y)';
  assert.deepEqual(brokenAnchors('docs/d.md', text, anchors), ['docs/d.md: #twice-2', 'docs/d.md: ../docs/d.md#none']);
});

test('every page is in the table of contents and in the list of its folder', () => {
  const text = (name: string) => readFileSync(path.join(root, name), 'utf8');
  const lost = pages.flatMap(({ path: page }) => {
    const [, folder, name] = /^docs\/(tutorial|how-to|reference)\/(.+)$/.exec(page) ?? [];
    if (folder === undefined || name === undefined || name === 'README.md') return [];
    const isListed = text('docs/README.md').includes(`](${folder}/${name})`);
    return isListed && text(`docs/${folder}/README.md`).includes(`](${name})`) ? [] : [page];
  });
  assert.deepEqual(lost, []);
});

test('every npm script that the documentation names is one of package.json', () => {
  const unknown = pages.flatMap((page) =>
    npmScripts(page.text)
      .filter((name) => !Object.hasOwn(scripts, name))
      .map((name) => `${page.path}: ${name}`),
  );
  assert.deepEqual(unknown, []);
});

test('caught: a link to nothing, inline, by reference, with an anchor; what is code or leads outside is not a link of ours', () => {
  const text =
    '[a](b.md) [c](../d.md#e) [ok](ok.md) [w](https://example.org/x) [h](#here) `[x](y.md)`\n\n[ref]: gone.md\n';
  const broken = brokenLinks('docs/page.md', text, (name) => name === 'docs/ok.md');
  assert.deepEqual(broken, ['docs/page.md: b.md', 'docs/page.md: ../d.md#e', 'docs/page.md: gone.md']);
});

test('caught: the scripts that a text names', () => {
  assert.deepEqual(npmScripts('`npm test`, `npm run nope -- --once`, `npm run --silent oracle`'), [
    'test',
    'nope',
    'oracle',
  ]);
});
