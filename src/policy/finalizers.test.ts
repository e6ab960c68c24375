import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { ALLOW_ALL, ruleOf } from '../../test/support/rule.ts';
import type { JsonObject } from '../model/operation.ts';
import { decide } from './decide.ts';
import type { Facts } from './facts.ts';
import { factsNeeded } from './facts-needed.ts';
import { GUARD_IDS } from './guards/table.ts';

const RULES = compileRules(
  [
    ALLOW_ALL,
    ruleOf({ id: 'p/keep', effect: 'deny', verbs: ['delete'], apiGroups: [''], resources: ['persistentvolumeclaims'] }),
  ],
  { unsafe: GUARD_IDS as never },
);

const CLAIM = '/api/v1/namespaces/shop/persistentvolumeclaims/data';
const APPLY = 'application/apply-patch+yaml';

interface Request {
  readonly method: string;
  readonly uri: string;
  readonly body?: unknown;
  readonly mediaType?: string;
}

function outcome(request: Request, facts: Facts): string {
  const operation = operationOf(request);
  const asked = { ...operation, options: { ...operation.options, fieldManager: 'shop' } };
  const decision = decide(RULES, { caller: callerOf(), operation: asked, facts, nowMs: 0 });
  return decision.effect === 'deny' ? `${decision.by} ${decision.rule}` : decision.effect;
}

const live = (metadata: JsonObject): Facts => ({ existing: { metadata } });
const PROTECTED = live({ finalizers: ['kubernetes.io/pvc-protection'], deletionTimestamp: '2026-01-01T00:00:00Z' });
const put = (metadata: object, uri = CLAIM): Request => ({ method: 'PUT', uri, body: { metadata } });
const appliedBy = (manager: string, operation = 'Apply'): Facts =>
  live({
    finalizers: ['shop/x'],
    managedFields: [{ manager, operation, fieldsV1: { 'f:metadata': { 'f:finalizers': { 'v:"shop/x"': {} } } } }],
  });

const rows: readonly (readonly [name: string, request: Request, facts: Facts, expected: string])[] = [
  ['an update that leaves the list out', put({ name: 'data' }), PROTECTED, 'rule p/keep'],
  ['an update of the status that does', put({ name: 'data' }, `${CLAIM}/status`), PROTECTED, 'rule p/keep'],
  ['an update that leaves one of two out', put({ finalizers: ['a/b'] }), live({ finalizers: ['a/b', 'a/c'] }), 'rule p/keep'],
  ['an update that keeps them', put({ finalizers: ['kubernetes.io/pvc-protection'] }), PROTECTED, 'allow'],
  ['an update of what has none', put({ name: 'data' }), live({}), 'allow'],
  ['an update of what is not there', put({ name: 'data' }), { existing: null }, 'allow'],
  ['an update that cannot be looked up', put({ name: 'data' }), { existing: 'unknown' }, 'incomplete p/keep'],
  ['an update of a kind that no rule keeps', put({ name: 'x' }, '/api/v1/namespaces/shop/configmaps/x'), {}, 'allow'],
  ['an apply that leaves out what it applied', { method: 'PATCH', uri: CLAIM, mediaType: APPLY, body: {} }, appliedBy('shop'), 'rule p/keep'],
  ['an apply of what another applied', { method: 'PATCH', uri: CLAIM, mediaType: APPLY, body: {} }, appliedBy('other'), 'allow'],
  ['an apply of what was only updated', { method: 'PATCH', uri: CLAIM, mediaType: APPLY, body: {} }, appliedBy('shop', 'Update'), 'allow'],
  ['a merge patch of something else', { method: 'PATCH', uri: CLAIM, mediaType: 'application/merge-patch+json', body: { metadata: { labels: {} } } }, {}, 'allow'],
]; // biome-ignore format: a table

suite('T28: finalizers that are left out equal a delete', () => {
  for (const [name, request, facts, expected] of rows)
    test(name, () => assert.equal(outcome(request, facts), expected));

  test('the live object is looked up only where a rule on delete could speak', () => {
    const needed = (request: Request) => factsNeeded(RULES, callerOf(), operationOf(request), 0);
    assert.deepEqual(needed(put({ name: 'data' })), ['existing']);
    assert.deepEqual(needed(put({ name: 'x' }, '/api/v1/namespaces/shop/configmaps/x')), []);
  });
});
