/* A guard that is open for some callers, targets or namespaces is closed for all others. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Facts } from '../../src/policy/facts.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import { foresee } from '../../src/policy/foresee.ts';
import type { GuardExample } from '../../src/policy/guards/guard.ts';
import type { GuardOpening } from '../../src/policy/guards/opening.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { ALLOW_ALL } from '../support/rule.ts';
import { ask, outcome } from './ask-guards.ts';

const rulesWith = (...openings: readonly GuardOpening[]) =>
  compileRules([ALLOW_ALL], { unsafe: new Set(), openings, judgesResult: true });

const pod = (namespace: string): GuardExample => ({
  method: 'POST',
  uri: `/api/v1/namespaces/${namespace}/pods`,
  body: { spec: { volumes: [{ hostPath: { path: '/' } }] } },
});
const SHOP = pod('shop');
const CLOSED = 'guard host-path';
const { target } = operationOf(SHOP);
const { subject } = callerOf();

const ROWS: readonly (readonly [string, readonly GuardOpening[], GuardExample, string, Facts?])[] = [
  ['nothing opened', [], SHOP, CLOSED],
  ['opened by id alone', [{ id: 'host-path' }], SHOP, 'allow'],
  ['another guard opened', [{ id: 'host-namespaces' }], SHOP, CLOSED],
  ['for this caller', [{ id: 'host-path', callers: [{ subjects: [subject] }] }], SHOP, 'allow'],
  ['for another caller', [{ id: 'host-path', callers: [{ subjects: ['somebody'] }] }], SHOP, CLOSED],
  ['for persons', [{ id: 'host-path', callers: [{ kind: 'person' }] }], SHOP, CLOSED],
  ['for persons, by one', [{ id: 'host-path', callers: [{ kind: 'person' }] }], { ...SHOP, caller: 'person' }, 'allow'],
  ['on this target', [{ id: 'host-path', targets: [target] }], SHOP, 'allow'],
  ['on another target', [{ id: 'host-path', targets: ['other'] }], SHOP, CLOSED],
  ['in this namespace', [{ id: 'host-path', namespaces: [{ name: 'sh*' }] }], SHOP, 'allow'],
  ['in another namespace', [{ id: 'host-path', namespaces: [{ name: 'sh*' }] }], pod('bank'), CLOSED],
  ['in this namespace, on another target', [{ id: 'host-path', namespaces: [{ name: 'shop' }], targets: ['other'] }], SHOP, CLOSED],
  ['by either of two openings', [{ id: 'host-path', targets: ['other'] }, { id: 'host-path', namespaces: [{ name: 'shop' }] }], SHOP, 'allow'],
  ['in namespaces by label', [{ id: 'host-path', namespaces: [{ selector: { matchLabels: { team: 'shop' } } }] }], SHOP, 'allow', { namespaceLabels: { team: 'shop' } }],
  ['in namespaces by another label', [{ id: 'host-path', namespaces: [{ selector: { matchLabels: { team: 'shop' } } }] }], SHOP, CLOSED, { namespaceLabels: { team: 'bank' } }],
  ['in namespaces by a label that is not known', [{ id: 'host-path', namespaces: [{ selector: { matchLabels: { team: 'shop' } } }] }], SHOP, 'incomplete host-path', { namespaceLabels: 'unknown' }],
  ['what is in no namespace is in none that is named', [{ id: 'deletions', namespaces: [{ name: '*' }] }], { method: 'DELETE', uri: '/api/v1/nodes/n1' }, 'guard deletions'],
  ['what is in every namespace is in none that is named', [{ id: 'rbac', namespaces: [{ name: '*' }] }], { method: 'GET', uri: '/apis/rbac.authorization.k8s.io/v1/roles', verb: 'bind' }, 'guard rbac'],
  ['a namespace is in itself', [{ id: 'deletions', namespaces: [{ name: 'lab-*' }] }], { method: 'DELETE', uri: '/api/v1/namespaces/lab-1' }, 'allow'],
  ['all namespaces are in none', [{ id: 'deletions', namespaces: [{ name: '*' }] }], { method: 'DELETE', uri: '/api/v1/namespaces' }, 'guard deletions'],
]; // biome-ignore format: a table

suite('a guard that is opened for some', () => {
  for (const [name, openings, example, expected, facts] of ROWS)
    test(name, () => assert.equal(outcome(ask(rulesWith(...openings), example, facts)), expected));

  test('the labels that an opening hangs on are looked up', () => {
    const rules = rulesWith({ id: 'host-path', namespaces: [{ selector: { matchLabels: { team: 'shop' } } }] });
    assert.deepEqual(factsNeeded(rules, callerOf(), operationOf(SHOP), 0), ['namespaceLabels']);
    const other = rulesWith({ id: 'host-path', targets: ['other'], namespaces: [{ selector: {} }] });
    assert.deepEqual(factsNeeded(other, callerOf(), operationOf(SHOP), 0), []);
  });

  test('T32: a review says yes only where it is open', () => {
    const asked = operationOf({ method: 'PUT', uri: '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/db' });
    const said = (opening: Omit<GuardOpening, 'id'>, part: Partial<typeof asked> = {}) =>
      foresee(
        rulesWith({ id: 'rbac', ...opening }),
        callerOf(),
        { operation: { ...asked, ...part }, unsaid: { name: false, namespace: part.namespace === '' } },
        0,
      ).effect;
    assert.equal(said({ namespaces: [{ name: 'shop' }] }), 'allow');
    assert.equal(said({ namespaces: [{ name: 'bank' }] }), 'deny');
    assert.equal(said({ targets: ['other'] }), 'deny');
    // Of some namespace it is not known, and in one it is allowed.
    assert.equal(said({ namespaces: [{ name: 'shop' }] }, { namespace: '' }), 'allow');
  });
});
