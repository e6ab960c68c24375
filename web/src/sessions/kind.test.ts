import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import { callWords, isOf, KINDS, meaningOf } from './kind.ts';

const call = (part: Partial<ExchangeRowView> = {}): ExchangeRowView => ({
  id: 'e1',
  session: 's1',
  at: '2026-01-01T00:00:00.000Z',
  caller: { subject: 'ci:bot', issuer: 'main', kind: 'autonomous' },
  target: 'prod',
  verb: 'get',
  apiGroup: '',
  resource: 'pods',
  subresource: '',
  namespace: 'shop',
  name: 'web',
  path: '/api/v1/namespaces/shop/pods/web',
  isChange: false,
  outcome: 'answered',
  status: 200,
  ...part,
});

test('what a call is, and what its colour says', () => {
  const table: readonly (readonly [Partial<ExchangeRowView>, string, string])[] = [
    [{}, 'all', 'over'],
    [{ isChange: true }, 'all changes', 'ask'],
    [{ outcome: 'refused', decision: 'deny' }, 'all refused', 'no'],
    [{ decision: 'hold', isChange: true }, 'all changes held', 'ask'],
    [{ approval: 'a1' }, 'all held', 'ask'],
    [{ status: 404 }, 'all', 'no'],
    [{ outcome: 'refused', code: 'HELD_WAITING', decision: 'hold' }, 'all refused held', 'ask'],
    [{ outcome: 'open' }, 'all', 'live'],
    [{ outcome: 'broken' }, 'all', 'no'],
    [{ outcome: 'refused', code: 'PLANNED', planned: true }, 'all', 'over'],
    [{ outcome: 'refused', decision: 'deny', planned: true }, 'all', 'over'],
  ];
  for (const [part, kinds, meaning] of table) {
    assert.equal(KINDS.filter((kind) => isOf(call(part), kind)).join(' '), kinds);
    assert.equal(meaningOf(call(part)), meaning);
  }
});

test('a call in words', () => {
  assert.equal(callWords(call()), 'get pods `web` in `shop`');
  assert.equal(callWords(call({ subresource: 'exec', verb: 'create' })), 'create pods/exec `web` in `shop`');
  assert.equal(
    callWords(call({ apiGroup: 'apps', resource: 'deployments', name: '' })),
    'get deployments.apps in `shop`',
  );
  assert.equal(callWords(call({ resource: '', path: '/version' })), 'get `/version`');
});
