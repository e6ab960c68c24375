import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionLike } from './question-like.ts';
import { byRisk, isRisky } from './risk.ts';

const at = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`;

test('a yes to what is dangerous wants a second press', () => {
  const of = (risk: 'high' | 'raised' | 'plain') => isRisky(questionLike({ shown: { risk } }));
  assert.deepEqual([of('high'), of('raised'), of('plain')], [true, true, false]);
});

test('the worst stands first, and of one risk whoever has waited longest', () => {
  const questions = [
    questionLike({ id: 'plain', askedAt: at(0) }),
    questionLike({ id: 'late', askedAt: at(5), shown: { risk: 'high' } }),
    questionLike({ id: 'raised', askedAt: at(1), shown: { risk: 'raised' } }),
    questionLike({ id: 'early', askedAt: at(2), shown: { risk: 'high' } }),
  ];
  assert.deepEqual(
    questions.toSorted(byRisk).map(({ id }) => id),
    ['early', 'late', 'raised', 'plain'],
  );
});
