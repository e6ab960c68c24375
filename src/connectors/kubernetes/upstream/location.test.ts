import assert from 'node:assert/strict';
import test from 'node:test';
import { ownLocation } from './location.ts';

const bare = { origin: 'https://api.test:6443', basePath: '' };
const based = { origin: 'https://rancher.test', basePath: '/k8s/clusters/c-1' };

const rows: readonly (readonly [string, string, typeof bare?])[] = [
  ['/api/v1/namespaces/a/pods/p/proxy/', '/api/v1/namespaces/a/pods/p/proxy/'],
  ['/api/v1/x?b=/%2e%2E#c', '/api/v1/x?b=/%2e%2E#c'],
  ['https://api.test:6443/api/v1/x?a=b', '/api/v1/x?a=b'],
  ['HTTPS://API.test:6443/api', '/api'],
  ['//api.test:6443/api', '/api'],
  ['https://api.test:6443', 'https://api.test:6443'],
  ['https://api.test/api', 'https://api.test/api'],
  ['http://api.test:6443/api', 'http://api.test:6443/api'],
  ['https://elsewhere.test/api', 'https://elsewhere.test/api'],
  ['//elsewhere.test/api', '//elsewhere.test/api'],
  ['next', 'next'],
  ['../up', '../up'],
  ['?page=2', '?page=2'],
  ['', ''],
  ['/k8s/clusters/c-1/api/v1/x', '/api/v1/x', based],
  ['https://rancher.test/k8s/clusters/c-1/api', '/api', based],
  ['/k8s/clusters/c-10/api', '/k8s/clusters/c-10/api', based],
  ['/login', '/login', based],
];

for (const [location, expected, server = bare] of rows) {
  test(`T42: \`${location}\` of a reply is \`${expected}\` of the target`, () => {
    for (const status of [201, 301, 302, 303, 307, 308])
      assert.deepEqual(ownLocation(status, ['a', 'b', 'Location', location], server), ['a', 'b', 'Location', expected]);
  });
}

test('headers of a reply that points nowhere are the very ones', () => {
  const headers = ['Location', 'https://api.test:6443/api'];
  assert.equal(ownLocation(200, headers, bare), headers);
  const none = ['a', 'location'];
  assert.equal(ownLocation(301, none, bare), none);
});
