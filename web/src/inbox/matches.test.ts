import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionLike } from '../approval/question-like.ts';
import { matches } from './matches.ts';

test('every word that is typed stands somewhere on the card', () => {
  const question = questionLike({
    shown: { operation: 'delete namespaces `team-x`', risks: ['the guard `deletions`'] },
  });
  for (const typed of ['', 'team-x', 'DELETE bot', 'prod shop', 'p/r', 'deletions '])
    assert.ok(matches(question, typed), typed);
  for (const typed of ['team-y', 'delete patch']) assert.ok(!matches(question, typed), typed);
});
