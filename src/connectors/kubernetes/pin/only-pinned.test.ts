import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf } from '../../../../test/support/operation.ts';
import { assertOnlyPinned } from './only-pinned.ts';
import type { PinnedRequest } from './pin-request.ts';

const uri = '/api/v1/namespaces/shop/configmaps/a';
const pinned = {
  place: { within: ['metadata'], takesUid: true },
  put: { resourceVersion: '7', uid: 'u' },
} as unknown as PinnedRequest;

const update = (body: object, path = uri) => operationOf({ method: 'PUT', uri: path, body });
const patch = (body: object[]) => operationOf({ method: 'PATCH', uri, mediaType: 'application/json-patch+json', body });
const pin = { op: 'add', path: '/metadata/resourceVersion', value: '7' };
const version = { resourceVersion: '7', uid: 'u' };

for (const [name, before, after] of [
  ['metadata that was not there', update({ data: { a: '1' } }), update({ metadata: version, data: { a: '1' } })],
  ['metadata', update({ metadata: { name: 'a' } }), update({ metadata: { name: 'a', ...version } })],
] as const) {
  test(`what is only pinned passes: ${name}`, () => assertOnlyPinned(before, after, pinned));
}

const onlyVersion = { ...pinned, put: { resourceVersion: '7', uid: '' } };

test('what is only pinned passes: a JSON patch', () => {
  const remove = { op: 'remove', path: '/data' };
  assertOnlyPinned(patch([remove]), patch([remove, pin]), onlyVersion);
});

for (const [name, before, after] of [
  ['another value', update({ data: { a: '1' } }), update({ metadata: version, data: { a: '2' } })],
  ['a value more', update({}), update({ metadata: { ...version, labels: { a: 'b' } } })],
  ['a value less', update({ data: { a: '1' } }), update({ metadata: version })],
  ['no version', update({}), update({ metadata: { uid: 'u' } })],
  ['another version', update({}), update({ metadata: { ...version, resourceVersion: '8' } })],
  ['another uid', update({}), update({ metadata: { ...version, uid: 'v' } })],
  ['another object', update({}), update({ metadata: version }, uri.replace(/a$/, 'b'))],
  ['another query', update({}), update({ metadata: version }, `${uri}?dryRun=All`)],
  ['an operation more', patch([]), patch([{ op: 'remove', path: '/data' }, pin])],
] as const) {
  test(`what is more than pinned is a fault: ${name}`, () => {
    const held = before.verb === 'patch' ? onlyVersion : pinned;
    assert.throws(() => assertOnlyPinned(before, after, held), /invariant/);
  });
}
