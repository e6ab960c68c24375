import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf, type WrittenRequest } from '../../../../test/support/operation.ts';
import type { JsonObject } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Request } from '../../../model/request.ts';
import { ABSENT_VERSION, pinRequest } from './pin-request.ts';

const MAP = '/api/v1/namespaces/shop/configmaps/a';
const POD = '/api/v1/namespaces/shop/pods/a';
const SCALE = '/apis/apps/v1/namespaces/shop/deployments/a/scale';
const live = { metadata: { name: 'a', resourceVersion: '7', uid: 'u' } };
const merge = 'application/merge-patch+json';
const json = 'application/json-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';

/** What is sent, or why nothing is: the query behind the path, and the body. */
async function outcome(
  written: WrittenRequest & { bytes?: string },
  states: readonly (JsonObject | null)[],
): Promise<string> {
  const operation = operationOf(written);
  const bytes = Buffer.from(written.bytes ?? JSON.stringify(written.body ?? ''));
  const read = operation.body === undefined ? operation : { ...operation, body: { ...operation.body, bytes } };
  const request = { uri: written.uri, headers: new Map(), readBody: async () => bytes } as unknown as Request;
  try {
    const pinned = pinRequest(request, read, states);
    if (pinned === undefined) return 'as it came';
    const body = read.body === undefined ? '' : (await pinned.request.readBody()).toString();
    return pinned.request.uri.slice(written.uri.length) + body;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

const BOTH = '"uid":"u","resourceVersion":"7"';
const patch = (mediaType: string, body: unknown) => ({ method: 'PATCH', uri: MAP, mediaType, body });
const put = (metadata: object) => ({ method: 'PUT', uri: MAP, body: { metadata } });

const PINNED: readonly (readonly [string, WrittenRequest & { bytes?: string }, string])[] = [
  ['an update', put({ name: 'a' }), `{"metadata":{${BOTH},"name":"a"}}`],
  ['an update that says its version', put({ resourceVersion: '7', uid: 'u' }), 'as it came'],
  ['an update that says its version alone', put({ resourceVersion: '7' }), '{"metadata":{"uid":"u","resourceVersion":"7"}}'],
  ['an update that asks for another version', put({ resourceVersion: '8' }), 'OBJECT_CHANGED'],
  ['a status', { ...put({ name: 'a' }), uri: `${POD}/status` }, `{"metadata":{${BOTH},"name":"a"}}`],
  ['a scale', { method: 'PUT', uri: SCALE, body: { spec: { replicas: 0 } } }, `{"metadata":{"uid":"u","resourceVersion":"7"},"spec":{"replicas":0}}`],
  ['a merge patch', patch(merge, { data: {} }), '{"metadata":{"resourceVersion":"7"},"data":{}}'],
  ['a merge patch that takes the version away', patch(merge, { metadata: { resourceVersion: null } }), '{"metadata":{"resourceVersion":"7"}}'],
  ['a merge patch that takes all metadata away', patch(merge, { metadata: null }), 'BODY_UNREADABLE'],
  ['a merge patch that asks for another version', patch(merge, { metadata: { resourceVersion: '8' } }), 'OBJECT_CHANGED'],
  ['a strategic merge patch', patch(strategic, { data: {} }), '{"metadata":{"resourceVersion":"7"},"data":{}}'],
  ['a strategic merge patch with directives elsewhere', patch(strategic, { data: { $patch: 'replace' } }), '{"metadata":{"resourceVersion":"7"},"data":{"$patch":"replace"}}'],
  ['a strategic merge patch that steers its metadata', patch(strategic, { metadata: { $retainKeys: ['name'] } }), 'BODY_UNREADABLE'],
  ['a strategic merge patch that steers all', patch(strategic, { $patch: 'delete' }), 'BODY_UNREADABLE'],
  ['an apply', patch(apply, { data: {} }), '{"metadata":{"uid":"u","resourceVersion":"7"},"data":{}}'],
  ['an apply in YAML', { ...patch(apply, {}), bytes: 'metadata:\n  name: a\n' }, 'metadata:\n  uid: "u"\n  resourceVersion: "7"\n  name: a\n'],
  ['a JSON patch', patch(json, [{ op: 'remove', path: '/data' }]), '[{"op":"remove","path":"/data"},{"op":"add","path":"/metadata/resourceVersion","value":"7"}]'],
  ['an empty JSON patch', patch(json, []), '[{"op":"add","path":"/metadata/resourceVersion","value":"7"}]'],
  ['a JSON patch that says its version, and takes it back', patch(json, [{ op: 'add', path: '/metadata/resourceVersion', value: '7' }, { op: 'remove', path: '/metadata/resourceVersion' }]), '[{"op":"add","path":"/metadata/resourceVersion","value":"7"},{"op":"remove","path":"/metadata/resourceVersion"},{"op":"add","path":"/metadata/resourceVersion","value":"7"}]'],
  ['a JSON patch that asks for another version', patch(json, [{ op: 'replace', path: '/metadata', value: { resourceVersion: '8' } }]), 'OBJECT_CHANGED'],
  ['a JSON patch that asks for two', patch(json, [{ op: 'add', path: '/metadata/resourceVersion', value: '7' }, { op: 'add', path: '/metadata/resourceVersion', value: '8' }]), 'BODY_UNREADABLE'],
  ['a JSON patch that copies into the version', patch(json, [{ op: 'copy', from: '/data/a', path: '/metadata/resourceVersion' }]), 'BODY_UNREADABLE'],
  ['a JSON patch that copies into all metadata', patch(json, [{ op: 'copy', from: '/data', path: '/metadata' }]), 'BODY_UNREADABLE'],
  ['a JSON patch that copies elsewhere', patch(json, [{ op: 'copy', from: '/data/a', path: '/data/b' }]), '[{"op":"copy","from":"/data/a","path":"/data/b"},{"op":"add","path":"/metadata/resourceVersion","value":"7"}]'],
  ['a delete without a body', { method: 'DELETE', uri: `${MAP}?propagationPolicy=Foreground` }, '&resourceVersion=7&uid=u'],
  ['a delete without anything', { method: 'DELETE', uri: MAP }, '?resourceVersion=7&uid=u'],
  ['a delete with a uid in its query', { method: 'DELETE', uri: `${MAP}?uid=u` }, '&resourceVersion=7'],
  ['a delete with another version in its query', { method: 'DELETE', uri: `${MAP}?resourceVersion=8` }, 'OBJECT_CHANGED'],
  ['a delete with options', { method: 'DELETE', uri: MAP, body: { gracePeriodSeconds: 1 } }, '{"preconditions":{"uid":"u","resourceVersion":"7"},"gracePeriodSeconds":1}'],
  ['an eviction', { method: 'POST', uri: `${POD}/eviction`, body: {} }, '{"deleteOptions":{"preconditions":{"uid":"u","resourceVersion":"7"}}}'],
  ['a binding', { method: 'POST', uri: `${POD}/binding`, body: {} }, '{"metadata":{"uid":"u","resourceVersion":"7"}}'],
  ['an update without a body', { method: 'PUT', uri: MAP }, 'BODY_UNREADABLE'],
  ['a read', { method: 'GET', uri: MAP }, 'as it came'],
  ['an exec', { method: 'POST', uri: `${POD}/exec?command=ls` }, 'as it came'],
  ['a proxy', { method: 'PUT', uri: `${POD}/proxy/x`, body: {} }, 'as it came'],
  ['a token', { method: 'POST', uri: '/api/v1/namespaces/shop/serviceaccounts/a/token', body: {} }, 'as it came'],
  ['many deletes', { method: 'DELETE', uri: '/api/v1/namespaces/shop/configmaps' }, 'as it came'],
]; // biome-ignore format: a table

for (const [name, written, expected] of PINNED)
  test(`T31: held to its version: ${name}`, async () => assert.equal(await outcome(written, [live]), expected));

for (const [name, written, expected] of [
  ['an apply', patch(apply, {}), `{"metadata":{"resourceVersion":"${ABSENT_VERSION}"}}`],
  ['an update', put({ name: 'a' }), `{"metadata":{"resourceVersion":"${ABSENT_VERSION}","name":"a"}}`],
  ['an update for a version', put({ resourceVersion: '7' }), 'OBJECT_CHANGED'],
  ['a delete', { method: 'DELETE', uri: MAP }, `?resourceVersion=${ABSENT_VERSION}`],
] as const) {
  test(`T31: what was not there is held to be absent: ${name}`, async () => {
    assert.equal(await outcome(written, [null]), expected);
    assert.equal(await outcome(written, [{ metadata: { name: 'a', uid: 'made anew' } }]), expected);
  });
}

test('T31: what was looked up at two moments is not one state', async () => {
  const later = { metadata: { ...live.metadata, resourceVersion: '8' } };
  for (const states of [
    [live, later],
    [live, null],
    [null, live],
  ]) {
    assert.equal(await outcome(put({ name: 'a' }), states), 'OBJECT_CHANGED');
  }
  assert.equal(await outcome(put({ name: 'a' }), [live, live]), `{"metadata":{${BOTH},"name":"a"}}`);
});

test('what hangs on nothing goes as it came', async () => {
  assert.equal(await outcome(put({ name: 'a' }), []), 'as it came');
});
