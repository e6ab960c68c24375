import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshMsOf } from './fresh.ts';
import { questionLike } from './question-like.ts';

const rule = (missing: number, freshMs?: number) => ({
  ...{ rule: 'p/r', reason: '', approvers: [], quorum: 1, signed: false, missing, later: [] },
  ...(freshMs === undefined ? {} : { freshMs }),
});

test('how lately a yes wants its person signed in: by the rules that still wait, the shortest of them', () => {
  const of = (...rules: ReturnType<typeof rule>[]) => freshMsOf(questionLike({ rules }));
  assert.equal(of(rule(1)), undefined);
  assert.equal(of(rule(1), rule(1, 900_000), rule(2, 300_000)), 300_000);
  assert.equal(of(rule(0, 300_000), rule(1, 900_000)), 900_000);
  assert.equal(of(rule(0, 300_000)), undefined, 'what has its yeses asks nobody');
});
