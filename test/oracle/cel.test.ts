import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Operation } from '../../src/model/operation.ts';
import { checkCel } from '../../src/policy/cel/check.ts';
import { compileCel } from '../../src/policy/cel/compile.ts';
import type { Question } from '../../src/policy/question.ts';
import { NO, YES } from '../../src/policy/truth.ts';
import { CEL_DIFFERENCES } from './cel-differences.ts';

const [head = '', ...lines] = gunzipSync(readFileSync(join(import.meta.dirname, '../vectors/cel.jsonl.gz')))
  .toString('utf8')
  .trimEnd()
  .split('\n');
const vectors = lines.map((line) => JSON.parse(line) as readonly [expression: string, answer: string]);

const object = JSON.parse(readFileSync(join(import.meta.dirname, 'cel/object.json'), 'utf8'));
const operation = {
  isResourceRequest: true,
  verb: 'create',
  name: 'x',
  equals: [],
  query: new Map(),
  options: { isDryRun: false },
  body: { mediaType: '', bytes: Buffer.from('x'), object, patch: undefined },
} as unknown as Operation;
const caller = {
  subject: '',
  groups: [],
  issuer: '',
  kind: 'autonomous',
  labels: {},
  tokenEndsAt: 0,
  tokenDigest: '',
} as const;
const question: Question = { caller, operation, facts: {}, nowMs: 0 };

function answer(expression: string): string {
  if (checkCel(expression).length > 0) return 'compile';
  const truth = compileCel(expression)(question);
  return truth === YES ? 'true' : truth === NO ? 'false' : 'error';
}

suite('conditions are answered as admission policies are', () => {
  test('the vectors name the version they come from, are 4,000 or more, and have each answer in plenty', () => {
    assert.match(head, /k8s\.io\/apiserver v0\.35\.4/);
    assert.ok(vectors.length >= 4000);
    for (const wanted of ['true', 'false', 'error'])
      assert.ok(vectors.filter(([, given]) => given === wanted).length > vectors.length / 8, wanted);
  });

  test('every expression that Kubernetes takes is answered as Kubernetes does, but for the differences that are told', () => {
    const told = new Set<RegExp>();
    const wrong: string[] = [];
    for (const [expression, wanted] of vectors) {
      if (wanted === 'compile') continue;
      const given = answer(expression);
      if (given === wanted || (given === 'compile' && wanted === 'error' && expression.includes('matches('))) continue;
      const difference = CEL_DIFFERENCES.find((it) => it.expression.test(expression))?.expression;
      if (difference === undefined) wrong.push(`${expression}: ${given}, not ${wanted}`);
      else told.add(difference);
    }
    assert.deepEqual(wrong.slice(0, 20), []);
    for (const { what, expression } of CEL_DIFFERENCES) assert.ok(told.has(expression), `no difference: ${what}`);
  });
});
