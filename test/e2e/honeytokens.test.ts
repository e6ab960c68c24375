/* Masks that are remembered: one that comes back from elsewhere is told, with whom it had been shown to. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import type { Event } from '../../src/recording/event.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const URI = '/api/v1/namespaces/shop/configmaps/app';
const object = {
  kind: 'ConfigMap',
  metadata: { name: 'app', namespace: 'shop', uid: 'u-1' },
  data: { password: 'hunter2', plain: 'x' },
};

let world: SmallWorld;
let mask = '';

before(async () => {
  world = await startSmallWorld({
    policy: `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ everyone: true }]
targets: ['*']
rules:
  - { id: all, effect: allow, verbs: ['*'], apiGroups: [''], resources: [configmaps, pods] }
masks:
  - { id: bait, resources: [configmaps], keys: [password], honeytoken: true }
`,
    front: {
      onRequest(request: IncomingMessage, response: ServerResponse) {
        if (!request.url?.startsWith(URI)) return false;
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(object));
        return true;
      },
    },
  });
  const shown = await world.ask({ token: await world.token('reader'), uri: URI });
  mask = (JSON.parse(shown.body) as typeof object).data.password;
});
after(() => world.stop());

async function returned(): Promise<readonly Extract<Event, { type: 'mask.returned' }>[]> {
  return (await world.events()).filter((event) => event.type === 'mask.returned');
}

test('a mask that comes back from elsewhere says from where, and whom it had been shown to', async () => {
  assert.match(mask, /^masked-by-sallyport-[a-z2-7]{20}$/);
  const thief = await world.token('thief');
  const post = (body: unknown) =>
    world.ask({
      token: thief,
      method: 'POST',
      uri: '/api/v1/namespaces/shop/configmaps',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const stolen = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mine' },
    data: { note: `it is ${Buffer.from(mask).toString('base64')}` },
  };
  assert.equal((await post(stolen)).status, 422);
  await world.ask({ token: thief, uri: `/api/v1/namespaces/shop/pods?labelSelector=a%3D${mask}` });
  assert.equal((await world.ask({ token: mask, uri: URI })).status, 401);
  const events = await returned();
  assert.deepEqual(
    events.map(({ where, caller }) => [where, caller?.subject]),
    [
      ['body', 'thief'],
      ['query', 'thief'],
      ['token', undefined],
    ],
  );
  const [first] = events;
  assert.deepEqual(
    [first?.mask, first?.place.at, first?.place.resource, first?.place.namespace],
    ['p/bait', 'data.password', 'configmaps', 'shop'],
  );
  assert.deepEqual(
    first?.readers.map(({ subject }) => subject),
    ['reader'],
  );
  assert.match(world.log(), /a mask that was shown to somebody came back from elsewhere/);
});

test('at its own place it belongs, and a mask that nobody was shown is none of ours', async () => {
  const before = (await returned()).length;
  const reader = await world.token('reader');
  const put = (data: Readonly<Record<string, string>>) =>
    world.ask({
      token: reader,
      method: 'PUT',
      uri: URI,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'v1', ...object, data }),
    });
  await put({ password: mask });
  await put({ other: `masked-by-sallyport-${'a'.repeat(20)}` });
  assert.equal((await returned()).length, before);
  await put({ other: mask });
  assert.equal((await returned()).length, before + 1);
});
