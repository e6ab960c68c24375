/*
 * T73: somebody who may write an object and is shown masks of its values tries candidates for one of them, in every way in which the API server tells whether a
 * write changed something: dry runs, merge patches, apply and its conflicts, JSON patches, updates; and reads the version and the managers of what comes back.
 */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { after, before, test } from 'node:test';

import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const URI = '/api/v1/namespaces/shop/configmaps/app';
const pin = (n: number) => `pin-${String(n).padStart(5, '0')}`;
const right = pin(5_000);

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ everyone: true }]
targets: ['*']
rules:
  - { id: all, effect: allow, verbs: [get, create, update, patch], apiGroups: [''], resources: [configmaps] }
masks:
  - { id: pins, resources: [configmaps], keys: [pin] }
`;

let world: SmallWorld;
/** What was tried upstream. */
let tried: string[] = [];

before(async () => {
  world = await startSmallWorld({
    policy: POLICY,
    front: {
      onRequest: (request, response) => {
        if (!request.url?.startsWith(URI)) return false;
        void answer(request, response);
        return true;
      },
    },
  });
});
after(() => world.stop());

/** An API server, as far as it tells: a write of the value that is there leaves the version as it is. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readText(request);
  const value = /pin-\d{5}/.exec(body)?.[0];
  if (value !== undefined) tried.push(value);
  const resourceVersion = value === undefined || value === right ? '7' : '8';
  const object = {
    kind: 'ConfigMap',
    metadata: { name: 'app', uid: 'u', resourceVersion },
    data: { pin: value ?? right },
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(object));
}

/** One try, in one of the ways. */
function tryOf(n: number, value: string) {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'app', namespace: 'shop' },
    data: { pin: value },
  };
  const ways = [
    ['PATCH', '', 'application/merge-patch+json', { data: { pin: value } }],
    ['PATCH', '?dryRun=All', 'application/strategic-merge-patch+json', { data: { pin: value } }],
    ['PATCH', '?fieldManager=me', 'application/apply-patch+yaml', object],
    ['PATCH', '', 'application/json-patch+json', [{ op: 'replace', path: '/data/pin', value }]],
    ['PATCH', '', 'application/json-patch+json', [{ op: 'add', path: '/data', value: { pin: value } }]],
    ['PUT', '?dryRun=All', 'application/json', object],
    ['PATCH', '', 'application/json-patch+json', [{ op: 'test', path: '/data/pin', value }]],
  ] as const;
  const [method, query, type, body] = ways[n % ways.length] as (typeof ways)[number];
  return { method, uri: URI + query, headers: { 'content-type': type }, body: JSON.stringify(body) };
}

test('no more candidates are tried than an hour allows, whatever carries them; the first that is refused is an event', async () => {
  tried = [];
  const token = await world.token('thief');
  const shown = new Set<string>();
  for (let n = 0; n < 100; n++) {
    const reply = await world.ask({ token, ...tryOf(n, pin(n)) });
    if (reply.status !== 200) {
      assert.equal(reply.status, 422, reply.body);
      continue;
    }
    const { data } = JSON.parse(reply.body) as { data: { pin: string } };
    assert.match(data.pin, /^masked-by-sallyport-[a-z2-7]{20}$/);
    shown.add(data.pin);
  }
  assert.equal(new Set(tried).size, 60);
  // Masks of what the caller itself brought compare with nothing.
  assert.equal(shown.size, 60);
  const events = (await world.events()).filter(({ type }) => type === 'mask.guessed');
  assert.equal(events.length, 1);
  const [event] = events;
  assert.equal(event?.type === 'mask.guessed' && event.caller.subject, 'thief');
  assert.match(world.log(), /a caller tries values of what is masked for it/);
});

test('whoever writes the same values again and again, as controllers do, goes on; so does another caller, and what touches no masked place', async () => {
  tried = [];
  const token = await world.token('controller');
  for (let n = 0; n < 70; n++) {
    const same = await world.ask({ token, ...tryOf(0, pin(1)) });
    assert.equal(same.status, 200, same.body);
    const body = JSON.stringify({ metadata: { labels: { round: String(n) } } });
    const label = {
      method: 'PATCH',
      uri: URI,
      headers: { 'content-type': 'application/merge-patch+json' },
      body,
    } as const;
    assert.equal((await world.ask({ token, ...label })).status, 200);
  }
  assert.equal(tried.length, 70);
});
