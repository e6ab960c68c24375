import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kinds } from './kinds.ts';
import type { KubeObject } from './object.ts';
import { Store } from './store.ts';

const kind = new Kinds().find('', 'v1', 'configmaps');
assert.ok(kind);
const named = (name: string, data: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n', uid: name },
  data: { data },
});
const names = (objects: readonly KubeObject[]): string[] =>
  objects.map((each) => `${each.metadata.name}=${(each.data as { data: string }).data}`);

test('every state that was can be read again', () => {
  const store = new Store();
  const states: [number, string[]][] = [];
  const note = (): void => void states.push([store.revision, names(store.list(kind))]);
  store.put(kind, named('a', '1'));
  note();
  store.put(kind, named('b', '1'));
  note();
  store.put(kind, named('a', '2'));
  note();
  store.remove(kind, 'n', 'b');
  note();
  for (const [revision, state] of states) assert.deepEqual(names(store.listAt(kind, '', revision)), state);
});

test('what is not changed keeps its revision, and nobody is told', () => {
  const store = new Store();
  const first = store.put(kind, named('a', '1'));
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  assert.equal(store.put(kind, { ...first }).metadata.resourceVersion, first.metadata.resourceVersion);
  assert.equal(told, 0);
});

test('a revision beyond what is kept has expired, and one that has not been is not waited for', () => {
  const store = new Store(10);
  for (let count = 0; count < 30; count += 1) store.put(kind, named('a', String(count)));
  assert.equal(store.changesSince(kind, 2), undefined);
  assert.throws(() => store.listAt(kind, '', 2), { code: 410 });
  assert.throws(() => store.listAt(kind, '', 1000), { code: 504 });
});
