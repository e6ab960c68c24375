import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../../model/refusal.ts';
import { createDiscovery } from './discovery.ts';
import { DISCOVERY_LIMITS } from './discovery-limits.ts';

const { documentBytesMax, groupVersionsMax, kindsMax, requestsMax } = DISCOVERY_LIMITS;

/** Whether a kind is found at a target that answers so; `answers` has the paths that are no empty root. */
async function findsAt(answers: (path: string) => object | Buffer | undefined, group: string): Promise<string> {
  const discovery = createDiscovery({
    get: async (path) => {
      const answer = answers(path) ?? { kind: 'APIGroupDiscoveryList', items: [] };
      return { status: 200, body: Buffer.isBuffer(answer) ? answer : Buffer.from(JSON.stringify(answer)) };
    },
    clock: { now: () => 0, monotonic: () => 0 },
    pause: async () => {},
  });
  return discovery.find(group, 'v1', 'widgets', '').then(
    (kind) => kind?.kind ?? 'nothing',
    (thrown) => (thrown instanceof Refusal ? thrown.code : String(thrown)),
  );
}

/** The aggregated form, with so many kinds in one group. */
function aggregated(kinds: number): object {
  const responseKind = { group: '', version: '', kind: 'Widget' };
  const resources = Array.from({ length: kinds }, (_, i) => ({
    resource: i === 0 ? 'widgets' : `widgets${i}`,
    scope: 'Namespaced',
    verbs: ['get'],
    responseKind,
  }));
  const items = [{ metadata: { name: 'example.com' }, versions: [{ version: 'v1', freshness: 'Current', resources }] }];
  return { kind: 'APIGroupDiscoveryList', items };
}

test('kindsMax: that many kinds are known, and a target with one more is not believed', async () => {
  const find = (kinds: number) => findsAt((path) => (path === '/apis' ? aggregated(kinds) : undefined), 'example.com');
  assert.equal(await find(kindsMax), 'Widget');
  assert.equal(await find(kindsMax + 1), 'DISCOVERY_UNAVAILABLE');
});

test('documentBytesMax: a document of that size is read, and one byte more is not', async () => {
  const document = Buffer.from(JSON.stringify(aggregated(1)));
  const padded = (bytes: number) => Buffer.concat([document, Buffer.alloc(bytes - document.length, ' ')]);
  const find = (bytes: number) => findsAt((path) => (path === '/apis' ? padded(bytes) : undefined), 'example.com');
  assert.equal(await find(documentBytesMax), 'Widget');
  assert.equal(await find(documentBytesMax + 1), 'DISCOVERY_UNAVAILABLE');
});

/** The older form, with so many groups. */
function separate(path: string, groups: number): object | undefined {
  if (path === '/api') return { kind: 'APIVersions', versions: [] };
  if (path !== '/apis')
    return {
      kind: 'APIResourceList',
      resources: [{ name: 'widgets', kind: 'Widget', namespaced: true, verbs: ['get'] }],
    };
  return {
    kind: 'APIGroupList',
    groups: Array.from({ length: groups }, (_, i) => ({ name: `g${i}`, versions: [{ version: 'v1' }] })),
  };
}

test('groupVersionsMax: that many versions are asked for one by one, and a target with one more is not believed', async () => {
  assert.equal(await findsAt((path) => separate(path, groupVersionsMax), 'g7'), 'Widget');
  assert.equal(await findsAt((path) => separate(path, groupVersionsMax + 1), 'g7'), 'DISCOVERY_UNAVAILABLE');
});

test('requestsMax: no more than that are under way at once', async () => {
  let underWay = 0;
  let most = 0;
  const discovery = createDiscovery({
    get: async (path) => {
      if (path.split('/').length > 2) most = Math.max(most, ++underWay);
      await new Promise(setImmediate);
      if (path.split('/').length > 2) underWay--;
      return { status: 200, body: Buffer.from(JSON.stringify(separate(path, 5 * requestsMax))) };
    },
    clock: { now: () => 0, monotonic: () => 0 },
  });
  assert.equal((await discovery.find('g39', 'v1', 'widgets', ''))?.kind, 'Widget');
  assert.equal(most, requestsMax);
});
