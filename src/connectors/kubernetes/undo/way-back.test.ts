import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../model/operation.ts';
import type { PreImage } from '../../../model/pre-image.ts';
import { wayBack } from './way-back.ts';

const imageOf = (of: Partial<PreImage['operation']>, object: JsonObject | null, more: Partial<PreImage> = {}) => ({
  exchange: 'e',
  target: 'demo',
  at: Date.parse('2026-01-01T00:00:00Z'),
  operation: {
    verb: 'patch',
    apiPrefix: 'apis',
    apiGroup: 'apps',
    apiVersion: 'v1',
    resource: 'deployments',
    subresource: '',
    namespace: 'shop',
    name: 'web',
    ...of,
  },
  object,
  ...more,
});

const live = (uid = 'u', more: JsonObject = {}): JsonObject => ({
  metadata: { name: 'web', uid, resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:01Z' },
  ...more,
});

test('a scale is undone by the number that was kept, and where there is none there is no way back', () => {
  const rows = [
    [{ replicas: 3 }, 3],
    [{ replicas: 0 }, 0],
    [{ replicas: '3' }, 'none'],
    [{ workers: 3 }, 'none'],
    [undefined, 'none'],
  ] as const;
  for (const [spec, expected] of rows) {
    const way = wayBack(
      imageOf({ subresource: 'scale' }, live('u', spec === undefined ? {} : { spec })),
      live('u', { spec: {} }),
    );
    const told = way.kind === 'none' ? 'none' : (way.body.spec as JsonObject).replicas;
    assert.equal(told, expected, JSON.stringify(spec));
    if (way.kind === 'none') assert.match(way.why, /`spec\.replicas`/);
  }
});

test('what was made is deleted where it is the very one that the reply told of, never another of its name', () => {
  const undone = (madeUid: string | undefined, uid: string) =>
    wayBack(imageOf({ verb: 'create' }, null, madeUid === undefined ? {} : { madeUid }), live(uid));
  const way = undone('u', 'u');
  assert.ok(way.kind === 'request' && way.method === 'DELETE');
  assert.deepEqual(way.body.preconditions, { uid: 'u', resourceVersion: '7' });
  for (const [madeUid, uid, why] of [
    ['u', 'later', /another object of this name/],
    [undefined, 'u', /not known which object it made/],
  ] as const) {
    const none = undone(madeUid, uid);
    assert.match(none.kind === 'none' ? none.why : 'some', why);
  }
});
