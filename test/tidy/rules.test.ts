import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rules } from './rules.ts';
import { projectFiles, type SourceFile } from './tree.ts';

const files = projectFiles();

for (const rule of rules) {
  test(rule.name, () => {
    const read = files.filter((file) => rule.reads(file.path));
    const breaches = read.flatMap((file) => rule.breaches(file).map((breach) => `${file.path}: ${breach}`));
    assert.deepEqual(breaches, []);
  });
}

const lines = (count: number) => 'x();\n'.repeat(count);
const lock = (packages: object) => JSON.stringify({ packages });

// Canaries: for each rule, files that it must catch. Forbidden words are put together from parts.
const canaries: readonly (readonly [rule: RegExp, path: string, text: string])[] = [
  [/no file has more/, 'src/std/a.ts', lines(501)],
  [/no function has more/, 'src/std/a.ts', `function f() {\n${lines(70)}}`],
  [/no function has more/, 'tools/a.mjs', `const f = () => {\n${lines(70)}}`],
  [/default/, 'src/std/a.ts', 'export default function f() {}'],
  [/default/, 'src/std/a.ts', 'export { f as default };'],
  [/barrel/, 'src/std/index.ts', `export * from './a.ts';`],
  [/barrel/, 'src/std/a.ts', `export type { A } from './b.ts';`],
  [/what is counted/, 'src/std/a.ts', `say(\`\${list.length} requests wait\`);`],
  [/kebab/, 'src/std/byteSource.ts', ''],
  [/kebab/, 'src/utils/a.ts', ''],
  [/kebab/, 'src/Model/a.ts', ''],
  [/agents/, 'src/std/a.ts', 'const agentName = 1;'],
  [/agents/, 'src/std/a.ts', 'interface Principal {}'],
  [/proof/, 'src/pipeline/serve.ts', 'const permit = {} as Permit;'],
  [/proof/, 'src/pipeline/settle.ts', 'const reply = x as MaskedReply;'],
  [/proof/, 'src/connectors/a.ts', 'const permit = x as unknown as Permit;'],
  [/through unknown/, 'src/std/a.ts', 'const a = b as unknown as string;'],
  [/each thread/, 'src/std/a.ts', 'const made = new Worker(FILE, { workerData, env: {} });'],
  [/environment/, 'src/cli/a.ts', 'const home = process.env.HOME;'],
  [/only types are imported/, 'src/std/a.ts', `import { createServer, type Server } from 'node:http';`],
  [/only types are imported/, 'src/std/a.ts', `const { request } = await import('undici');`],
  [/skipped/, 'src/std/a.test.ts', `test.skip('a', () => {});`],
  [/skipped/, 'src/std/a.test.ts', `describe.only('a', () => {});`],
  [/skipped/, 'src/std/a.test.ts', `test('a', { skip: true }, () => {});`],
  [/draws from the seed/, 'src/std/a.test.ts', `import fc from 'fast-check';`],
  [/left to do/, 'src/std/a.ts', `// ${'TO'}${'DO'}: later`],
  [/path of a machine/, 'README.md', `see /${'work'}/main`],
  [/path of a machine/, 'src/std/a.ts', `const a = '/${'tmp/w'}/x';`],
  [/registry/, 'docs/a.md', `https://registry.${'npmjs'}.org/a`],
  [/download addresses/, 'package-lock.json', '{"resolved": "https://example.org/a.tgz"}'],
  [/the pages see/, 'web/src/a.ts', `import { routes } from '../../src/control/routes.ts';`],
  [/the pages see/, 'web/src/a.ts', `import { grantSchema } from '../../src/control/contract.ts';`],
  [/the pages see/, 'web/src/a/b.tsx', `const a = await import('../../../src/std/clock.ts');`],
  [/never becomes markup/, 'web/src/a.tsx', 'const a = <p dangerouslySetInnerHTML={{ __html: text }} />;'],
  [/never becomes markup/, 'web/src/a.ts', 'element.innerHTML = text;'],
  [/no colour/, 'web/src/a/b.module.css', 'a { color: #fff; }'],
  [/download addresses/, 'web/package-lock.json', '{"resolved": "https://example.org/a.tgz"}'],
  [/every package/, 'package-lock.json', lock({ 'node_modules/a': { optionalDependencies: { 'a-darwin': '1.0.0' } } })],
];

for (const [name, path, text] of canaries) {
  test(`caught: ${name.source}: ${path}: ${text.slice(0, 60).replaceAll('\n', ' ')}`, () => {
    const [rule, ...others] = rules.filter((candidate) => name.test(candidate.name));
    assert.ok(rule !== undefined && others.length === 0, 'a canary names one rule');
    const file: SourceFile = { path, text };
    assert.ok(rule.reads(path));
    assert.notDeepEqual(rule.breaches(file), []);
  });
}

test('every rule has a canary', () => {
  assert.deepEqual(
    rules.filter((rule) => !canaries.some(([name]) => name.test(rule.name))),
    [],
  );
});
