import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanCall } from './plan-call.ts';
import { planQuestions } from './plan-questions.ts';

const allowed: PlanCall = { operation: 'a', verdict: 'allowed' };
const held = (verb: string, intent?: PlanCall['intent']): PlanCall => ({
  operation: verb,
  verdict: 'held',
  verb,
  ...(intent === undefined ? {} : { intent }),
});
const command = { id: 'c', kind: 'command' } as const;
const helm = { id: 'h', kind: 'helm' } as const;

test('what persons would be asked: each by itself, the rest of a command from its second question on, a release once', () => {
  const rows: readonly (readonly [calls: readonly PlanCall[], asked: readonly string[]])[] = [
    [[allowed], []],
    [
      [held('patch'), allowed, held('patch')],
      ['one 1', 'one 3'],
    ],
    [
      [held('patch', command), held('patch', command), held('patch', command)],
      ['one 1', 'command 2 3'],
    ],
    // A yes is widened to verbs that were asked about by then.
    [
      [held('patch', command), held('create', command), held('patch', command), held('update', command)],
      ['one 1', 'command 2 3', 'command 4'],
    ],
    [
      [held('patch', command), held('patch', { ...command, id: 'd' })],
      ['one 1', 'one 2'],
    ],
    [
      [held('create', { ...helm, covers: ['makes it'] }), held('patch'), held('create', helm), held('delete', helm)],
      ['helm 1 3 4 makes it', 'one 2'],
    ],
  ];
  for (const [calls, asked] of rows)
    assert.deepEqual(
      planQuestions(calls).map(({ kind, calls: of, covers = [] }) => [kind, ...of, ...covers].join(' ')),
      asked,
    );
});
