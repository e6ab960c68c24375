import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begun, ended, exchangeId, START_AT } from '../../test/support/journal-events.ts';
import type { Event, ExchangeBegun } from './event.ts';
import { type ExchangeSearch, FittingExchanges } from './search-exchanges.ts';

const { operation, caller } = begun(1) as Required<ExchangeBegun>;
const exec = { ...operation, stream: { argv: ['sh', '-c', 'Rm -rf /data'], tty: false } };
const EVENTS: readonly Event[] = [
  begun(1),
  begun(2, { operation: { ...operation, verb: 'delete', namespace: 'bank' }, caller: { ...caller, subject: 'other' } }),
  ended(2, undefined, { decision: { effect: 'deny', rule: 'never' } }),
  ended(1),
  begun(3, { operation: { ...exec, claimed: { session: 's', command: 'kubectl exec' } } }),
];

const found = (search: Partial<ExchangeSearch>, max = 10) => {
  const fitting = new FittingExchanges({ words: [], ...search }, max);
  for (const event of EVENTS) fitting.add(event);
  return fitting.list().map((view) => view.begun.exchange);
};

test('exchanges are found by who, where, what, when, what came of it, and words of what was run', () => {
  const [one, two, three] = [exchangeId(1), exchangeId(2), exchangeId(3)];
  assert.deepEqual(found({}), [two, one, three]);
  assert.deepEqual(found({ subject: 'other' }), [two]);
  assert.deepEqual(found({ namespace: 'bank', verb: 'delete' }), [two]);
  assert.deepEqual(found({ name: 'web-1' }), [two, one, three]);
  assert.deepEqual(found({ name: 'web-2' }), []);
  assert.deepEqual(found({ decision: 'deny' }), [two]);
  assert.deepEqual(found({ rule: 'read' }), [one]);
  assert.deepEqual(found({ sinceMs: START_AT + 3 }), [three]);
  assert.deepEqual(found({ untilMs: START_AT + 2 }), [one]);
  assert.deepEqual(found({ words: ['rm', 'KUBECTL'] }), [three]);
  assert.deepEqual(found({ words: ['rm', 'mv'] }), []);
  assert.deepEqual(found({}, 1), [three], 'the last');
});
