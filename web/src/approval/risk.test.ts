import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionLike } from './question-like.ts';
import { byRisk, isRisky, riskOf } from './risk.ts';

const at = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`;

test('how dangerous a question is, from its facts', () => {
  const of = (...risks: string[]) => riskOf(questionLike({ shown: { risks } }));
  assert.equal(of(), 'plain');
  assert.equal(of('the guard `deletions` would stop it; a yes lifts it for this request'), 'high');
  assert.equal(of('deletes all that its selector finds'), 'high');
  assert.equal(of('runs a program in a running container'), 'raised');
  assert.equal(of('a fact of a newer gateway'), 'raised');
  assert.equal(of('deletes all that its selector finds', 'a dry run: nothing is stored'), 'plain');
  assert.equal(riskOf(questionLike({ shown: { operation: 'delete configmaps `a`' } })), 'raised');
  assert.equal(riskOf(questionLike({ shown: { losses: [{ kind: 'pods', count: 2, names: [] }] } })), 'high');
  assert.ok(!isRisky(questionLike()) && isRisky(questionLike({ shown: { risks: ['x'] } })));
});

test('the worst stands first, and of one risk whoever has waited longest', () => {
  const questions = [
    questionLike({ id: 'plain', askedAt: at(0) }),
    questionLike({ id: 'late', askedAt: at(5), shown: { risks: ['deletes all that its selector finds'] } }),
    questionLike({ id: 'raised', askedAt: at(1), shown: { risks: ['x'] } }),
    questionLike({ id: 'early', askedAt: at(2), shown: { risks: ['deletes all that its selector finds'] } }),
  ];
  assert.deepEqual(
    questions.toSorted(byRisk).map(({ id }) => id),
    ['early', 'late', 'raised', 'plain'],
  );
});
