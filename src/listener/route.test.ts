import assert from 'node:assert/strict';
import test from 'node:test';
import { type Arrival, type Routes, routeOf } from './route.ts';

const shared: Routes = {
  portTarget: undefined,
  pathTargets: new Set(['prod', 'prod-2']),
  hostTargets: new Map([
    ['one.example', 'one'],
    ['two.example', 'two'],
  ]),
};
const rows: readonly (readonly [string, Partial<Arrival>, string | undefined, string])[] = [
  ['/k8s/prod/api/v1', {}, 'prod', '/api/v1'],
  ['/k8s/prod-2/', {}, 'prod-2', '/'],
  ['/k8s/prod//api/%2e%2E?x=/k8s/', {}, 'prod', '//api/%2e%2E?x=/k8s/'],
  ['/k8s/prod', {}, 'prod', ''],
  ['/k8s/prod?watch=1', {}, 'prod', '?watch=1'],
  ['/k8s/prod/k8s/prod-2/api', {}, 'prod', '/k8s/prod-2/api'],
  ['/k8s/other/api', {}, undefined, '/k8s/other/api'],
  ['/k8s/PROD/api', {}, undefined, '/k8s/PROD/api'],
  ['/k8s/pro%64/api', {}, undefined, '/k8s/pro%64/api'],
  ['/K8S/prod/api', {}, undefined, '/K8S/prod/api'],
  ['//k8s/prod/api', {}, undefined, '//k8s/prod/api'],
  ['/./k8s/prod/api', {}, undefined, '/./k8s/prod/api'],
  ['/k8s//prod/api', {}, undefined, '/k8s//prod/api'],
  ['/k8s/', {}, undefined, '/k8s/'],
  ['/k8s/prod#/api', {}, undefined, '/k8s/prod#/api'],
  ['http://gateway/k8s/prod/api', {}, undefined, 'http://gateway/k8s/prod/api'],
  ['*', {}, undefined, '*'],
  ['', {}, undefined, ''],
  ['/api/v1', { authority: 'one.example', serverName: 'one.example' }, 'one', '/api/v1'],
  ['/api/v1', { authority: 'ONE.example:8443', serverName: 'One.Example' }, 'one', '/api/v1'],
  ['/api/v1', { authority: 'one.example' }, 'one', '/api/v1'],
  ['/k8s/prod/api', { authority: 'one.example' }, 'one', '/k8s/prod/api'],
  ['/k8s/prod/api', { authority: 'gateway.example', serverName: 'gateway.example' }, 'prod', '/api'],
  ['/api/v1', { authority: 'two.example', serverName: 'one.example' }, undefined, '/api/v1'],
  ['/k8s/prod/api', { authority: 'gateway.example', serverName: 'one.example' }, undefined, '/k8s/prod/api'],
  ['/k8s/prod/api', { authority: 'one.example', serverName: 'gateway.example' }, undefined, '/k8s/prod/api'],
  ['/api/v1', { authority: 'one.example.' }, undefined, '/api/v1'],
];
for (const [uri, arrival, target, rest] of rows) {
  test(`${uri} ${JSON.stringify(arrival)} leads to ${target ?? 'no target'}`, () => {
    const prefix = target === undefined ? '' : uri.slice(0, uri.length - rest.length);
    assert.deepEqual(routeOf(shared, { authority: undefined, serverName: undefined, uri, ...arrival }), {
      target,
      prefix,
      uri: rest,
    });
  });
}

test('a port of its own leads to its target, whatever path and host are', () => {
  const own = { ...shared, portTarget: 'own' };
  for (const uri of ['/api/v1', '/k8s/prod/api', '*']) {
    assert.deepEqual(routeOf(own, { uri, authority: 'one.example', serverName: 'two.example' }), {
      target: 'own',
      prefix: '',
      uri,
    });
  }
});
