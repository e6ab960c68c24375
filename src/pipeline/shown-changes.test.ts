import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, OperationBody } from '../model/operation.ts';
import { shownChanges } from './shown-changes.ts';

const MASK = '***';

/** A side whose `password` is masked. */
function side(plain: JsonObject, mask = MASK) {
  const masked = JSON.parse(JSON.stringify(plain, (key, value) => (key === 'password' ? mask : value))) as JsonObject;
  return { plain, masked };
}

function bodyOf(object: JsonObject): OperationBody {
  return { mediaType: 'application/json', bytes: Buffer.alloc(0), object, patch: undefined };
}

test('each field that differs is told once, and what the server counts by itself is not', () => {
  const before = { metadata: { generation: 1, managedFields: [1], labels: { a: '1' } }, spec: { x: 1, gone: true } };
  const after = { metadata: { generation: 2, managedFields: [2], labels: { a: '1', 'b/c': '2' } }, spec: { x: 2 } };
  assert.deepEqual(shownChanges(side(before), side(after), undefined), [
    { at: '/metadata/labels/b~1c', after: '"2"' },
    { at: '/spec/x', before: '1', after: '2' },
    { at: '/spec/gone', before: 'true' },
  ]);
});

test('elements that have names belong together by them, and others by their place', () => {
  const named = (...names: string[]) => ({ list: names.map((name) => ({ name, image: `${name}:1` })) });
  assert.deepEqual(shownChanges(side(named('a', 'b')), side(named('c', 'a', 'b')), undefined), [
    { at: '/list/0', after: '{"name":"c","image":"c:1"}' },
  ]);
  assert.deepEqual(shownChanges(side(named('a', 'b')), side(named('b')), undefined), [
    { at: '/list/0', before: '{"name":"a","image":"a:1"}' },
  ]);
  assert.deepEqual(shownChanges(side({ list: [1, 2] }), side({ list: [1, 3, 4] }), undefined), [
    { at: '/list/1', before: '2', after: '3' },
    { at: '/list/2', after: '4' },
  ]);
});

test('T78: a guess of a masked value looks the same whether it is right or wrong', () => {
  for (const write of [(value: string) => value, (value: string) => Buffer.from(value).toString('base64')]) {
    const told = ['right', 'wrong'].map((guess) =>
      shownChanges(
        side({ data: { password: write('right') } }, 'mask of before'),
        side({ data: { password: write(guess) } }, 'mask of after'),
        bodyOf({ stringData: { password: guess } }),
      ),
    );
    assert.deepEqual(told[0], told[1]);
    assert.equal(told[0]?.length, 1);
  }
});

test('masked values that the request does not bring are told where they differ, by masks alone', () => {
  const [before, after] = [side({ password: 'one', x: 1 }), side({ password: 'one', x: 2 })];
  assert.deepEqual(shownChanges(before, after, bodyOf({ x: 2 })), [{ at: '/x', before: '1', after: '2' }]);
  const other = side({ password: 'two', x: 1 }, 'other mask');
  assert.deepEqual(shownChanges(before, other, bodyOf({})), [
    { at: '/password', before: '"***"', after: '"other mask"' },
  ]);
});
