// What the how-to pages have people type and write: commands and flags that there are, and YAML that the parsers take.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { policySchema } from '../../src/config/policy-schema.ts';
import { configSchema } from '../../src/config/schema.ts';
import { createProgram, SUBCOMMANDS } from '../../src/main/program.ts';
import { projectFiles } from '../tidy/tree.ts';
import { valuesSchema } from './chart-values.ts';

const pages = projectFiles((name) =>
  /^(README|SECURITY|(docs\/(how-to|tutorial|reference)|deploy|examples)\/.*)\.md$/.test(name),
);
const blocks = (language: string) =>
  pages.flatMap(({ path, text }) =>
    [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)]
      .filter(([, , of]) => of === language)
      .map(([, indent = '', , body = '']) => ({ path, body: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '') })),
  );

/** Limit: words of a how-to; what is more is told on a page of docs/reference, where who looks something up finds it. */
const HOW_TO_WORDS_MAX = 1_500;

test('a how-to gets its reader there without a book', () => {
  const words = (text: string) => text.split(/\s+/).length;
  const howTos = pages.filter(({ path }) => path.startsWith('docs/how-to/'));
  assert.ok(howTos.length > 20);
  assert.deepEqual(
    howTos.filter(({ text }) => words(text) > HOW_TO_WORDS_MAX).map(({ path, text }) => [path, words(text)]),
    [],
  );
});

let program: Command;
before(async () => {
  program = await createProgram({ own: { command: 'node', args: [] }, env: {}, asked: SUBCOMMANDS });
});

/**
 * What is wrong with a command line that begins with `sallyport`; undefined where nothing is. One `isNamed` in a text may be a group of commands, and go on in words that stand for
 * others (`NAME`, `…`, `a|b`).
 */
function complaint(line: string, isNamed = false): string | undefined {
  const [, ...words] = line.trim().split(/\s+/);
  let command = program;
  while (words.length > 0) {
    const next = command.commands.find((each) => each.name() === words[0]);
    if (next === undefined) break;
    command = next;
    words.shift();
  }
  const isOpen = isNamed && /^$|^[A-Z….-]|\|/.test(words[0] ?? '');
  if (command.commands.length > 0) return isOpen ? undefined : `no command: ${line}`;
  const own = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined);
  const optionOf = (word = '') =>
    command.options.find(({ long, short }) => [long, short].includes(word.split('=')[0] as string));
  const unknown = own.find((word) => /^-./.test(word) && word !== '--help' && optionOf(word) === undefined);
  if (unknown !== undefined) return `no flag ${unknown}: ${line}`;
  const wrong = own.find((word, i) => {
    const choices = optionOf(own[i - 1])?.argChoices;
    return choices !== undefined && !/^[A-Z…]|\|/.test(word) && !choices.includes(word);
  });
  return wrong === undefined ? undefined : `not ${wrong}: ${line}`;
}

/** What is quoted, and what stands behind ` -- `, is another program's. */
function ownWords(line: string): string {
  return `sallyport ${line.replaceAll(/"[^"]*"|'[^']*'/g, 'x').replace(/ -- .*$/, '')}`;
}

/** Each command of a block of a shell, also behind a pipe, in `$(…)` and as what another program runs. */
function commandsTyped(body: string): readonly string[] {
  return body
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => [
      ...line
        .replace(/\s+#.*$/, '')
        .matchAll(/(?:^|[|;&(]|\s--)\s*(?:sallyport|npm start (?:--silent )?--) ([^|;&)>]*)/g),
    ])
    .map(([, words = '']) => ownWords(words));
}

/** Each command that a text names between backticks. */
function commandsNamed(text: string): readonly string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/`(?:sallyport|npm start (?:--silent )?--) ([^`]+)`/g)].map(([, words = '']) =>
    ownWords(words),
  );
}

test('every `sallyport` command that a page has people type, or names, exists with its flags and their values', () => {
  const typed = blocks('sh').flatMap(({ path, body }) => commandsTyped(body).map((line) => ({ path, line })));
  const named = pages.flatMap(({ path, text }) => commandsNamed(text).map((line) => ({ path, line })));
  assert.ok(typed.length > 90 && named.length > 120, `${typed.length}, ${named.length}`);
  assert.deepEqual(
    [
      ...typed.flatMap(({ path, line }) => complaint(line)?.concat(` (${path})`) ?? []),
      ...named.flatMap(({ path, line }) => complaint(line, true)?.concat(` (${path})`) ?? []),
    ],
    [],
  );
});

test('caught: a command and a flag that do not exist', () => {
  assert.match(complaint('sallyport sessions lst') ?? '', /^no command/);
  assert.match(complaint('sallyport gateway --confg x') ?? '', /^no flag --confg/);
  assert.match(complaint('sallyport who -o yaml') ?? '', /^not yaml/);
  assert.match(complaint('sallyport approvals') ?? '', /^no command/);
  assert.deepEqual(
    ['approvals', 'approvals list|show', 'grants …', 'approvals lst', 'nope'].map((line) =>
      complaint(`sallyport ${line}`, true)?.slice(0, 10),
    ),
    [undefined, undefined, undefined, 'no command', 'no command'],
  );
  assert.deepEqual(
    commandsTyped('x | sallyport who; kubectl exec a -- sallyport token "q" # z\nnpm start --silent -- who'),
    ['sallyport who', 'sallyport token x', 'sallyport who'],
  );
  assert.deepEqual(commandsNamed('see `sallyport who -o json`'), ['sallyport who -o json']);
});

const CONFIG = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Gateway',
  issuers: [{ name: 'i', url: 'https://i.test', audiences: ['a'] }],
  targets: [{ name: 't', kubeconfig: { file: 'k' } }],
  policy: { files: ['p'] },
};
const POLICY = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'p' },
  callers: [{ groups: ['g'] }],
  targets: ['t'],
  rules: [{ id: 'r', effect: 'allow', verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
};

/** Whether a document is of the chart’s values: all of its keys are, and not all are of sallyport.yaml too. */
function isOfChart(value: Record<string, unknown>): boolean {
  const keys = Object.keys(value);
  return keys.every((key) => key in valuesSchema.shape) && keys.some((key) => !(key in configSchema.shape));
}

/** The mistakes of a part of a document, put into one that is whole: of the chart’s values, a configuration or a policy. */
function mistakes(value: Record<string, unknown>): readonly string[] {
  if (isOfChart(value)) return chartMistakes(value);
  const isConfig =
    value['kind'] !== 'Policy' &&
    Object.keys(value).some((key) => key in configSchema.shape && !['apiVersion', 'kind'].includes(key));
  const isPolicy = 'callers' in value || 'rules' in value || value['kind'] === 'Policy';
  const parsed = isPolicy
    ? policySchema.safeParse({ ...POLICY, ...value })
    : configSchema.safeParse({ ...CONFIG, ...value });
  return (isConfig || isPolicy) && !parsed.success ? parsed.error.issues.map(({ message }) => message) : [];
}

const CHART_VALUES = parse(readFileSync(new URL('../../deploy/chart/values.yaml', import.meta.url), 'utf8'));

function chartMistakes({ config = {}, policies = {}, ...value }: Record<string, unknown>): readonly string[] {
  const parsed = [
    valuesSchema.safeParse(merged(CHART_VALUES, value)),
    configSchema.safeParse({ ...CONFIG, ...(config as object) }),
    ...Object.values(policies as object).map((policy) => policySchema.safeParse(policy)),
  ];
  return parsed.flatMap(({ error }) => error?.issues.map(({ message }) => message) ?? []);
}

/** As Helm puts values into those of the chart. */
function merged(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(keys.map((key) => [key, key in above ? merged(below[key], above[key]) : below[key]]));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

test('every YAML of a page that is a part of a configuration or policy is taken by its parser', () => {
  const found = blocks('yaml').map(({ path, body }) => ({ path, value: parse(body) as Record<string, unknown> }));
  assert.ok(found.length > 5);
  assert.deepEqual(
    found.flatMap(({ path, value }) => mistakes(value).map((mistake) => `${path}: ${mistake}`)),
    [],
  );
});

test('caught: YAML that no parser takes', () => {
  assert.equal(mistakes({ listen: { prt: 1 } }).length, 1);
  assert.equal(mistakes({ callers: [{ labels: { repository: ['a'] } }] }).length > 0, true);
  assert.deepEqual(mistakes({ spec: {} }), []);
  assert.equal(mistakes({ replicas: 'two' }).length, 1);
  assert.equal(mistakes({ config: { listne: {} } }).length, 1);
});
