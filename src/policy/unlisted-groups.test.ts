import assert from 'node:assert/strict';
import test from 'node:test';
import { matchesRbac, type RbacRequest } from './rbac.ts';

const metric: RbacRequest = {
  isResourceRequest: true,
  verb: 'list',
  apiGroup: 'external.metrics.k8s.io',
  resource: 'queue-length',
  subresource: '',
  name: '',
  path: '/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/queue-length',
  power: undefined,
};
const rule = (apiGroups: readonly string[], resources: readonly string[] = ['*']) => ({
  verbs: ['*'],
  apiGroups,
  resources,
});

for (const apiGroup of ['external.metrics.k8s.io', 'custom.metrics.k8s.io']) {
  const asked = { ...metric, apiGroup };
  test(`a permit reaches the metrics of ${apiGroup} where it names the group, a deny also by its wildcard`, () => {
    assert.equal(matchesRbac(rule(['*']), asked, 'named'), false);
    assert.equal(matchesRbac(rule(['*'], ['queue-length']), asked, 'named'), false);
    assert.equal(matchesRbac(rule(['apps', apiGroup]), asked, 'named'), true);
    assert.equal(matchesRbac(rule([apiGroup], ['other']), asked, 'named'), false);
    assert.equal(matchesRbac(rule(['*']), asked, 'wildcard'), true);
    assert.equal(matchesRbac(rule(['apps']), asked, 'wildcard'), false);
  });
}

test('metrics of pods and nodes are in discovery, and are as any other group', () => {
  assert.equal(matchesRbac(rule(['*']), { ...metric, apiGroup: 'metrics.k8s.io', resource: 'pods' }, 'named'), true);
});
