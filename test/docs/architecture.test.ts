/** The code map of ARCHITECTURE.md is of this tree: every folder stands in it, and every file that the page names is there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectFiles, root } from '../tidy/tree.ts';

const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
const paths = projectFiles().map((file) => file.path);
const foldersIn = (parent: string) =>
  new Set(
    paths.flatMap((name) =>
      name.startsWith(`${parent}/`)
        ? (name
            .slice(parent.length + 1)
            .split('/')
            .slice(0, -1)[0] ?? [])
        : [],
    ),
  );
/** What the first columns of a table name, each with its row. */
const rows = [...page.matchAll(/^\| ((?:`[^`]+` ?)+)\|(.*)\|$/gm)].flatMap(([, names = '', says = '']) =>
  [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => ({ name, says })),
);
const rowOf = (name: string) => rows.find((row) => row.name === name);

test('every folder has a row, and every folder of one of src is named in its row', () => {
  const lost = [
    ...[...foldersIn('src')].flatMap((folder) => {
      const row = rowOf(`src/${folder}`);
      if (row === undefined) return [`src/${folder}`];
      // The one connector has a table of its own.
      const inner = folder === 'connectors' ? ['kubernetes'] : [...foldersIn(`src/${folder}`)];
      return inner.filter((name) => !row.says.includes(`\`${name}/`)).map((name) => `src/${folder}/${name}`);
    }),
    ...[...foldersIn('src/connectors/kubernetes'), ...foldersIn('test')].filter(
      (folder) => rowOf(folder) === undefined,
    ),
  ];
  assert.deepEqual(lost, []);
});

test('every file that the page names is there, and so is every folder that has a row', () => {
  const files = [...page.matchAll(/`([\w./-]+\.ts)`/g)].map(([, name = '']) => name);
  assert.ok(files.length > 20);
  const isThere = (name: string) => paths.some((file) => file === name || file.endsWith(`/${name}`));
  const isFolder = (name: string) => paths.some((file) => `/${file}`.includes(`/${name}/`));
  assert.deepEqual(
    [
      ...files.filter((name) => !isThere(name)),
      ...rows.flatMap(({ name }) => (isFolder(name) || isThere(name) ? [] : name)),
    ],
    [],
  );
});
