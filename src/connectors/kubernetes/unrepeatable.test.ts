import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf, type WrittenRequest } from '../../../test/support/operation.ts';
import { unrepeatable } from './unrepeatable.ts';

const IN_SHOP = '/api/v1/namespaces/shop';
const POD = `${IN_SHOP}/pods/web-0`;
const JSON_PATCH = 'application/json-patch+json';
const create = (resource: string, metadata: object): WrittenRequest => {
  return { method: 'POST', uri: `${IN_SHOP}/${resource}`, body: { metadata } };
};
const jsonPatch = (...body: object[]): WrittenRequest => {
  return { method: 'PATCH', uri: `${IN_SHOP}/configmaps/a`, mediaType: JSON_PATCH, body };
};

const TABLE: readonly (readonly [string, WrittenRequest, RegExp | undefined])[] = [
  ['a read', { method: 'GET', uri: POD }, undefined],
  ['a create with a name', create('pods', { name: 'a' }), undefined],
  ['a create by generateName', create('pods', { generateName: 'job-' }), /list the pods whose names begin with `job-`/],
  ['one with a name as well', create('pods', { name: 'a', generateName: 'job-' }), undefined],
  ['one with an empty name', create('pods', { name: '', generateName: 'job-' }), /`job-`/],
  ['one without any name', create('events', {}), /list the events by/],
  ['a dry run of it', { ...create('pods', { generateName: 'job-' }), uri: `${IN_SHOP}/pods?dryRun=All` }, undefined],
  ['an update', { method: 'PUT', uri: POD, body: { metadata: { name: 'web-0' } } }, undefined],
  ['a delete', { method: 'DELETE', uri: POD }, undefined],
  ['a merge patch', { method: 'PATCH', uri: POD, mediaType: 'application/merge-patch+json', body: {} }, undefined],
  ['a JSON patch', jsonPatch({ op: 'add', path: '/data/a', value: '1' }), /look at the object/],
  ['one with a test', jsonPatch({ op: 'test', path: '/data/a', value: '0' }, { op: 'remove', path: '/data/a' }), undefined],
  ['one with a test of what holds it', jsonPatch({ op: 'test', path: '/data', value: {} }, { op: 'add', path: '/data/a', value: '1' }), undefined],
  ['one with a test of the version', jsonPatch({ op: 'test', path: '/metadata/resourceVersion', value: '7' }, { op: 'add', path: '/list/-', value: 1 }), undefined],
  ['one with a test of what it moves', jsonPatch({ op: 'test', path: '/list/0', value: 1 }, { op: 'move', from: '/list/0', path: '/list/-' }), undefined],
  ['one with a test of something else', jsonPatch({ op: 'test', path: '/metadata/uid', value: 'u' }, { op: 'add', path: '/list/-', value: 1 }), /look at the object/],
  ['one that only tests', jsonPatch({ op: 'test', path: '/data/a', value: '0' }), undefined],
  ['an eviction', { method: 'POST', uri: `${POD}/eviction`, body: {} }, /look at pod `web-0`/],
  ['a binding', { method: 'POST', uri: `${POD}/binding`, body: {} }, undefined],
  ['a token', { method: 'POST', uri: `${IN_SHOP}/serviceaccounts/ci/token`, body: {} }, /held by nobody/],
  ['T79: a dry run of a token', { method: 'POST', uri: `${IN_SHOP}/serviceaccounts/ci/token?dryRun=All`, body: {} }, /held/],
  ['an exec', { method: 'POST', uri: `${POD}/exec?command=migrate` }, /what the command does/],
  ['an exec in a terminal', { method: 'POST', uri: `${POD}/exec?command=sh&stdin=true&tty=true` }, undefined],
  ['a POST through a proxy', { method: 'POST', uri: `${IN_SHOP}/services/api/proxy/orders` }, /behind the proxy/],
  ['a PUT through a proxy', { method: 'PUT', uri: `${IN_SHOP}/services/api/proxy/orders/1` }, undefined],
  ['a port-forward', { method: 'POST', uri: `${POD}/portforward` }, undefined],
]; // biome-ignore format: a table

for (const [name, request, expected] of TABLE) {
  test(`T80: repeated blindly, ${name}`, () => {
    const found = unrepeatable(request, operationOf(request));
    if (expected === undefined) assert.equal(found, undefined);
    else assert.match(found?.look ?? '', expected);
  });
}

test('an eviction of one life of a pod alone can be repeated', () => {
  const request = { method: 'POST', uri: `${POD}/eviction`, body: {} };
  const options = { isDryRun: false, preconditions: { uid: 'u' } };
  assert.equal(unrepeatable(request, { ...operationOf(request), options }), undefined);
});

test('T36: an exec is the same one over WebSocket as over SPDY, and another with other arguments', () => {
  const keyOf = (method: string, uri: string) => {
    return unrepeatable({ method, uri }, { ...operationOf({ method, uri }), isChange: true })?.key();
  };
  const uri = `${POD}/exec?command=migrate&stdout=true`;
  assert.equal(keyOf('GET', uri), keyOf('POST', uri));
  assert.notEqual(keyOf('GET', uri), keyOf('GET', `${POD}/exec?command=migrate&command=down&stdout=true`));
});

const REPLIES: readonly (readonly [number, readonly string[], boolean])[] = [
  [201, [], false],
  [404, [], false],
  [429, ['Retry-After', '1'], false],
  [500, [], false],
  [500, ['Retry-After', '2'], true],
  [502, [], true],
  [503, ['Retry-After', '1'], false],
  [504, [], true],
];

for (const [status, headers, expected] of REPLIES) {
  test(`upstream’s ${status} ${headers.join(' ')} leaves ${expected ? '' : 'not '}open whether it ran`, () => {
    const request = create('pods', { generateName: 'job-' });
    assert.equal(unrepeatable(request, operationOf(request))?.isOpen({ status, headers }), expected);
  });
}
