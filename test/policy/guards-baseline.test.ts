/* What the Baseline level has come to stop and to allow since Kubernetes 1.34, by each way that brings it into a pod. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Facts } from '../../src/policy/facts.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import type { GuardExample } from '../../src/policy/guards/guard.ts';
import { podFact } from '../../src/policy/pod-fact.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { ALLOW_ALL, ruleOf } from '../support/rule.ts';
import { ALL_CLOSED, ask, JSON_PATCH, MERGE, outcome, STRATEGIC, template } from './ask-guards.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const DEPLOYMENT = '/apis/apps/v1/namespaces/shop/deployments/web';
const UNMASKED = { name: 'web', securityContext: { procMount: 'Unmasked' } };

function pod(spec: object): GuardExample {
  return { method: 'POST', uri: PODS, body: { spec } };
}

function patched(body: unknown, mediaType = STRATEGIC): GuardExample {
  return { method: 'PATCH', uri: DEPLOYMENT, mediaType, body };
}

const probed = (host?: string) => ({ name: 'web', livenessProbe: { httpGet: { port: 80, host } } });
const hooked = (host: string) => ({ name: 'web', lifecycle: { preStop: { tcpSocket: { port: 80, host } } } });

const ROWS: readonly (readonly [string, GuardExample, string])[] = [
  ['a host in a probe', pod({ containers: [probed('169.254.169.254')] }), 'guard privileged-pods'],
  ['a host in a hook', pod({ initContainers: [hooked('10.0.0.1')] }), 'guard privileged-pods'],
  ['a host in a probe, by patch', patched(template({ containers: [probed('127.0.0.1')] })), 'guard privileged-pods'],
  ['no host in a probe', pod({ containers: [probed('')] }), 'allow'],
  ['an unmasked /proc', pod({ containers: [UNMASKED] }), 'guard privileged-pods'],
  ['a /proc that is no known one', pod({ containers: [{ securityContext: { procMount: 'x' } }] }), 'guard privileged-pods'],
  ['an unmasked /proc in a user namespace', pod({ hostUsers: false, containers: [UNMASKED] }), 'allow'],
  ['an unmasked /proc, by patch of what may share the users of its node', patched(template({ containers: [UNMASKED] })), 'guard privileged-pods'],
  ['privileged in a user namespace', pod({ hostUsers: false, containers: [{ securityContext: { privileged: true } }] }), 'guard privileged-pods'],
  [
    'T31: a debug container with an unmasked /proc, whatever its body says of users',
    { method: 'PUT', uri: `${PODS}/web/ephemeralcontainers`, body: { spec: { hostUsers: false, ephemeralContainers: [UNMASKED] } }, podDangers: [] },
    'guard privileged-pods',
  ],
]; // biome-ignore format: a table

suite('the Baseline level of Kubernetes 1.34 and newer', () => {
  for (const [name, example, expected] of ROWS)
    test(name, () => assert.equal(outcome(ask(ALL_CLOSED, example)), expected));

  test('a patch that takes the user namespace away is judged by its result', () => {
    const rules = compileRules([ALLOW_ALL], { unsafe: new Set(), judgesResult: true });
    const result = { spec: { template: { spec: { containers: [UNMASKED] } } } } as unknown as NonNullable<
      Facts['result']
    >;
    const patches = [
      patched([{ op: 'remove', path: '/spec/template/spec/hostUsers' }], JSON_PATCH),
      patched(template({ hostUsers: null }), MERGE),
      patched(template({ hostUsers: true })),
    ];
    for (const patch of patches) {
      assert.ok(factsNeeded(rules, callerOf(), operationOf(patch), 0).includes('result'), JSON.stringify(patch.body));
      assert.equal(outcome(ask(rules, patch, { result })), 'guard privileged-pods');
    }
  });

  test('a pod is as dangerous to exec into as its whole spec says', () => {
    const dangers = (spec: object) => podFact({ spec } as Parameters<typeof podFact>[0]).dangers.length;
    assert.deepEqual(
      [dangers({ containers: [UNMASKED] }), dangers({ hostUsers: false, containers: [UNMASKED] })],
      [1, 0],
    );
  });

  test('`kubectl debug` is told the profile that passes', () => {
    const decision = ask(ALL_CLOSED, {
      method: 'PATCH',
      uri: `${PODS}/web/ephemeralcontainers`,
      mediaType: STRATEGIC,
      body: {
        spec: { ephemeralContainers: [{ name: 'd', securityContext: { capabilities: { add: ['SYS_PTRACE'] } } }] },
      },
      podDangers: [],
    });
    assert.equal(decision.effect === 'deny' && decision.advice.includes('`--profile=baseline`'), true);
  });

  test('`serviceAccounts` takes patterns', () => {
    const named = (serviceAccounts: readonly string[]) =>
      compileRules([ruleOf({ ...ALLOW_ALL, serviceAccounts })], { unsafe: new Set() });
    const example = pod({ serviceAccountName: 'rel-web', containers: [] });
    assert.equal(outcome(ask(named(['*']), example)), 'allow');
    assert.equal(outcome(ask(named(['rel-*']), example)), 'allow');
    assert.equal(outcome(ask(named(['rel']), example)), 'guard service-accounts');
  });
});
