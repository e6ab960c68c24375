import assert from 'node:assert/strict';
import { test } from 'node:test';
import { riskOf } from './risk-of.ts';

const plain = { risks: [], missing: [] };

test('what goes for good, gives rights away or lifts a guard is high; what is not known is never plain', () => {
  const rows: readonly [string, Parameters<typeof riskOf>[0], string][] = [
    ['nothing', plain, 'plain'],
    ['a loss', { ...plain, losses: [{ kind: 'configmaps', count: 2, names: [] }] }, 'raised'],
    ['running pods', { ...plain, losses: [{ kind: 'pods', count: 2, names: [], running: 1 }] }, 'high'],
    ['data that goes', { ...plain, volumes: [{ claim: 'db', reclaims: 'Delete' }] }, 'high'],
    ['data of which it is not known', { ...plain, volumes: [{ claim: 'db', reclaims: '' }] }, 'high'],
    ['data that stays', { ...plain, volumes: [{ claim: 'db', reclaims: 'Retain' }] }, 'plain'],
    ['half of the replicas', { ...plain, scale: { from: 4, to: 2 } }, 'plain'],
    ['more than half', { ...plain, scale: { from: 4, to: 1 } }, 'high'],
    ['a budget that allows none', { ...plain, budgets: [{ name: 'web', allows: 0 }] }, 'raised'],
    ['rights', { ...plain, gains: [{ who: ['x'], may: ['get secrets'] }] }, 'high'],
    ['a guard', { ...plain, risks: ['the guard `deletions` would stop it'] }, 'high'],
    ['something that is not shown', { ...plain, missing: ['x'] }, 'raised'],
  ];
  for (const [what, shown, risk] of rows) assert.equal(riskOf(shown), risk, what);
});
