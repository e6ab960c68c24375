/* What ends pods without a delete of them, as Kubernetes 1.36 and 1.37 have it. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Equivalent } from '../../src/model/operation.ts';
import { ask, EVERYTHING, outcome, read, rulesOf } from './ask.ts';

const REQUESTS = '/apis/lifecycle.k8s.io/v1alpha1/namespaces/shop/evictionrequests';
const AUTOSCALERS = '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers';
const target = (name: string) => ({ spec: { target: { pod: { name } }, intent: 'Eviction' } });
const scaled = (kind: string, name: string) => ({
  spec: { minReplicas: 0, scaleTargetRef: { apiVersion: 'apps/v1', kind, name } },
});

suite('T69: what ends pods elsewhere', () => {
  const rules = rulesOf(`${EVERYTHING}
  - { id: pods, effect: deny, verbs: [delete], apiGroups: [""], resources: [pods], resourceNames: [db-0] }
  - { id: web, effect: deny, verbs: [delete], apiGroups: [apps], resources: [deployments], resourceNames: [web] }
`);
  const all = (request: string, equals: readonly Equivalent[] = []) => {
    const operation = read(request);
    return outcome(ask(rules, { ...operation, equals: [...operation.equals, ...equals] }));
  };

  test('a request for the eviction of a pod is a delete of that pod', () => {
    assert.equal(all(`POST ${REQUESTS} ${JSON.stringify(target('db-0'))}`), 'rule p/pods');
    assert.equal(all(`POST ${REQUESTS} ${JSON.stringify(target('web-0'))}`).startsWith('allow'), true);
    assert.equal(all(`PUT ${REQUESTS}/r ${JSON.stringify(target('db-0'))}`), 'rule p/pods');
  });

  test('one whose pod is not said may be of any', () => {
    assert.equal(all(`POST ${REQUESTS} {}`), 'rule p/pods');
    assert.equal(all(`POST ${REQUESTS.replace('evictionrequests', 'evictions')} {}`), 'rule p/pods');
  });

  test('an autoscaler that may scale to nothing is a delete of what it scales', () => {
    const zero = ['scale-to-zero'] as const;
    assert.equal(all(`POST ${AUTOSCALERS} ${JSON.stringify(scaled('Deployment', 'web'))}`, zero), 'rule p/web');
    assert.equal(
      all(`POST ${AUTOSCALERS} ${JSON.stringify(scaled('StatefulSet', 'web'))}`, zero).startsWith('allow'),
      true,
    );
    assert.equal(all(`PUT ${AUTOSCALERS}/a {"spec":{"minReplicas":0}}`, zero), 'rule p/pods');
  });
});
