// What a caller that no rule allows is told that it could ask for.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Facts } from '../../src/policy/facts.ts';
import { offerFor } from '../../src/policy/offer.ts';
import { callerOf } from '../support/operation.ts';
import { ask, NAMESPACE, outcome, read, rulesOf } from './ask.ts';

/** In a line what is offered. */
function offered(rules: string, request: string, facts: Facts = {}): string {
  const decision = ask(rulesOf(rules), request, { facts });
  if (decision.effect !== 'deny') return decision.effect;
  if (decision.offered === undefined) return `${decision.by}: nothing`;
  const { rule, scope, isAsked } = decision.offered;
  const { target, namespaces, verbs, apiGroups, resources, resourceNames } = scope;
  const words = [target, namespaces, verbs, apiGroups, resources, resourceNames].map(String).join(' ');
  return `${rule}: ${words}${isAsked ? ', asked' : ''}`;
}

const request = (fields: string) => `  - { id: r, effect: request, ${fields} }`;
const PODS = 'apiGroups: [""], resources: [pods]';

suite('the smallest grant that would allow what nothing allows', () => {
  const ROWS: readonly (readonly [name: string, rules: string, request: string, expected: string])[] = [
    ['one object', request(`verbs: ["*"], ${PODS}`), `GET ${NAMESPACE}/pods/a`, 'p/r: demo shop get  pods a'],
    ['all of a namespace', request(`verbs: [list], ${PODS}`), `GET ${NAMESPACE}/pods`, 'p/r: demo shop list  pods '],
    ['all namespaces', request(`verbs: [list], ${PODS}`), 'GET /api/v1/pods', 'p/r: demo  list  pods '],
    [
      'a power, whatever method carries it',
      request('powers: [exec]'),
      `GET ${NAMESPACE}/pods/a/exec?command=ls`,
      'p/r: demo shop create  pods/exec a',
    ],
    [
      'a subresource of a group',
      request('verbs: [patch], apiGroups: [apps], resources: [deployments/scale]'),
      'PATCH /apis/apps/v1/namespaces/shop/deployments/a/scale {}',
      'p/r: demo shop patch apps deployments/scale a',
    ],
    [
      'a create has no name in its path',
      request(`verbs: [create], ${PODS}`),
      `POST ${NAMESPACE}/pods {"metadata":{"name":"a"}}`,
      'p/r: demo shop create  pods ',
    ],
    [
      'a person answers',
      request(`verbs: [get], ${PODS}, request: { approval: { approvers: [{ groups: [leads] }] } }`),
      `GET ${NAMESPACE}/pods/a`,
      'p/r: demo shop get  pods a, asked',
    ],
    ['another verb', request(`verbs: [list], ${PODS}`), `GET ${NAMESPACE}/pods/a`, 'silence: nothing'],
    [
      'another’s rule',
      request(`verbs: [get], ${PODS}, callers: [{ groups: [no] }]`),
      `GET ${NAMESPACE}/pods/a`,
      'silence: nothing',
    ],
    [
      'what a wildcard does not reach',
      request('verbs: ["*"], apiGroups: ["*"], resources: ["*"]'),
      `GET ${NAMESPACE}/pods/a/exec?command=ls`,
      'silence: nothing',
    ],
    ['paths that are no resources', request('verbs: [get], nonResourceURLs: [/logs]'), 'GET /logs', 'silence: nothing'],
    [
      'a deny is lifted by no grant',
      `${request(`verbs: [get], ${PODS}`)}\n  - { id: d, effect: deny, verbs: [get], ${PODS} }`,
      `GET ${NAMESPACE}/pods/a`,
      'rule: nothing',
    ],
    [
      'a condition on what was sent, that does not hold',
      request(`verbs: [create], ${PODS}, when: 'object.metadata.name == "b"'`),
      `POST ${NAMESPACE}/pods {"metadata":{"name":"a"}}`,
      'silence: nothing',
    ],
  ];
  for (const [name, rules, asked, expected] of ROWS) test(name, () => assert.equal(offered(rules, asked), expected));
});

test('nothing is offered for what a guard stops', () => {
  const rules = rulesOf(
    request('verbs: [create], apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings]'),
    new Set(),
  );
  const decision = ask(rules, 'POST /apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings {"roleRef":{}}');
  assert.ok(decision.effect === 'deny' && decision.by === 'guard', outcome(decision));
  assert.equal(decision.offered, undefined);
});

test('T52: what is offered is the same whatever the live object is, and whether there is one', () => {
  const rules = `${request(`verbs: [get], ${PODS}, when: 'existing.metadata.labels.tier == "public"'`)}
  - { id: a, effect: allow, verbs: [get], ${PODS}, when: 'existing.metadata.labels.owner == "x"' }`;
  const answers = [
    null,
    { metadata: { labels: { tier: 'public' } } },
    { metadata: { labels: { tier: 'sealed' } } },
  ].map((existing) => offered(rules, `GET ${NAMESPACE}/pods/a`, { existing }));
  assert.deepEqual([...new Set(answers)], ['p/r: demo shop get  pods a']);
});

test('what is offered is given when it is asked for, and then allows the very call', () => {
  const rules = rulesOf(
    `  - { id: a, effect: request, verbs: [get], ${PODS}, times: { startsAt: 2030-01-01T00:00:00Z } }\n${request(`verbs: [get], ${PODS}`)}`,
  );
  const operation = read(`GET ${NAMESPACE}/pods/a`);
  const decision = ask(rules, operation);
  assert.ok(decision.effect === 'deny' && decision.offered !== undefined);
  const { rule, scope } = decision.offered;
  assert.equal(rule, 'p/r');
  const offer = offerFor(rules, callerOf(), scope, rule);
  assert.ok(offer !== undefined);
  const grants = [{ grant: 'g', rule: offer.rule.id, scope: offer.scope }];
  assert.equal(outcome(ask(rules, operation, { grants })), 'allow p/r');
});
