import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { POWERS, powerOf } from './powers.ts';
import { requestInfo } from './request/request-info.ts';

/** The power of a request. */
function outcome(method: string, uri: string): string {
  return powerOf(requestInfo(method, uri)) ?? '-';
}

type Row = readonly [methods: string, path: string, power: string];

const ANY = 'GET HEAD POST PUT PATCH DELETE';
const POD = '/api/v1/namespaces/x/pods/p';

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    for (const [methods, path, power] of rows) {
      for (const method of methods.split(' '))
        test(`${method} ${path}: ${power}`, () => assert.equal(outcome(method, path), power));
    }
  });
}

table('T9: proxies are powers whatever method carries them', [
  [ANY, '/api/v1/nodes/n/proxy', 'nodes-proxy'],
  [ANY, '/api/v1/nodes/n/proxy/exec/x/p/c', 'nodes-proxy'],
  [ANY, '/api/v1/nodes/n:10250/proxy/run/x/p/c', 'nodes-proxy'],
  [ANY, `${POD}/proxy`, 'pods-proxy'],
  [ANY, '/api/v1/namespaces/x/pods/https:p:8443/proxy/', 'pods-proxy'],
  [ANY, '/api/v1/namespaces/x/services/https:s:443/proxy/a', 'services-proxy'],
  [ANY, '/api/v1/proxy/nodes/n', 'nodes-proxy'],
  [ANY, '/api/v1/proxy/namespaces/x/services/s/a/b', 'services-proxy'],
  [ANY, '/api/v1/proxy/namespaces/x/pods/p', 'pods-proxy'],
  [ANY, '/api/v1/watch/namespaces/x/pods/p/proxy', 'pods-proxy'],
]);

table('T10: exec, attach and port-forward are powers whatever method carries them', [
  [ANY, `${POD}/exec`, 'exec'],
  [ANY, `${POD}/exec/a`, 'exec'],
  [ANY, `${POD}/attach`, 'attach'],
  [ANY, `${POD}/portforward`, 'portforward'],
  [ANY, '/api/v1/watch/namespaces/x/pods/p/exec', 'exec'],
]);

table('T15 T16: powers in subresources', [
  ['PUT PATCH POST DELETE', `${POD}/ephemeralcontainers`, 'ephemeralcontainers'],
  ['GET HEAD', `${POD}/ephemeralcontainers`, '-'],
  ['POST', `${POD}/binding`, 'binding'],
  ['POST', '/api/v1/namespaces/x/bindings', 'binding'],
  ['PUT', '/api/v1/namespaces/x/finalize', 'finalize'],
  ['PUT PATCH', '/apis/certificates.k8s.io/v1/certificatesigningrequests/c/approval', 'approval'],
  ['POST', '/api/v1/namespaces/x/serviceaccounts/s/token', 'token'],
]);

table('T16: ordinary subresources are no powers', [
  ['GET', `${POD}/log`, '-'],
  ['POST', `${POD}/eviction`, '-'],
  ['PUT PATCH', `${POD}/resize`, '-'],
  ['PUT PATCH', `${POD}/status`, '-'],
  ['PUT PATCH', '/apis/apps/v1/namespaces/x/deployments/d/scale', '-'],
  ['PUT PATCH', '/api/v1/namespaces/x/status', '-'],
  [ANY, POD, '-'],
  // The same words in a group of someone else are nothing special.
  [ANY, '/apis/example.com/v1/namespaces/x/pods/p/exec', '-'],
]);

test('what only an access review asks is a power as well', () => {
  const rbac = { apiGroup: 'rbac.authorization.k8s.io', resource: 'clusterroles', subresource: '' };
  assert.equal(powerOf({ ...rbac, verb: 'escalate' }), 'escalate');
  assert.equal(powerOf({ ...rbac, verb: 'bind' }), 'bind');
  assert.equal(powerOf({ ...rbac, verb: 'update' }), undefined);
  for (const verb of ['impersonate', 'impersonate:user-info', 'impersonate-on:user-info:list']) {
    assert.equal(
      powerOf({ apiGroup: 'authentication.k8s.io', resource: 'userextras', subresource: 'scopes', verb }),
      'impersonate',
    );
  }
  assert.equal(
    powerOf({ apiGroup: 'certificates.k8s.io', resource: 'signers', subresource: '', verb: 'approve' }),
    'approval',
  );
  assert.equal(
    powerOf({ apiGroup: 'apps', resource: 'deployments', subresource: 'finalizers', verb: 'update' }),
    'finalize',
  );
});

test('each row of the table is reached by what it says', () => {
  for (const row of POWERS) {
    const asked = {
      apiGroup: row.apiGroup.replace('*', 'example.com'),
      resource: row.resource.replace('*', 'roles'),
      subresource: row.subresource.replace('*', ''),
      verb: row.verbs?.[0] ?? 'get',
    };
    assert.equal(powerOf(asked), row.power, JSON.stringify(row));
  }
});
