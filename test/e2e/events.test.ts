// What waits, lives and ends, as one stream of events: each hears of what it may see, and of nothing else.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { request } from 'undici';
import { type ControlWorld, startControlWorld } from '../support/control-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
  - { role: auditor, callers: [{ groups: [shop-auditors] }], namespaces: [shop] }
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods] }
  - { id: ask, effect: request, verbs: [delete], apiGroups: [""], resources: [pods], namespaces: [shop] }
`;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

let { world, people, dispatcher, stop } = {} as ControlWorld;
before(async () => {
  ({ world, people, dispatcher, stop } = await startControlWorld(POLICY));
});
after(() => stop());

/** Listens, and gives the events in their order, each when it is there. */
async function listen(token: string): Promise<{
  readonly status: number;
  next(isMeant: (event: string, data: Json) => boolean): Promise<Json>;
  readonly told: Json[];
}> {
  const reply = await request(`${world.gateway.consoleUrl}/api/v1/events`, {
    dispatcher,
    headers: { authorization: `Bearer ${token}` },
  });
  const told: { event: string; data: Json }[] = [];
  let heard = () => {};
  let rest = '';
  reply.body.on('error', () => {});
  reply.body.setEncoding('utf8').on('data', (text: string) => {
    const events = (rest + text).split('\n\n');
    rest = events.pop() as string;
    for (const [, event = '', data = ''] of events.flatMap((each) => [/^event: (\w+)\ndata: (.*)$/.exec(each) ?? []]))
      if (event !== '') told.push({ event, data: JSON.parse(data) });
    heard();
  });
  return {
    status: reply.statusCode,
    told,
    async next(isMeant) {
      for (;;) {
        const found = told.find(({ event, data }) => isMeant(event, data));
        if (found !== undefined) return found.data;
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}

async function post(token: string, path: string, body: object): Promise<Json> {
  const reply = await request(`${world.gateway.consoleUrl}/api/v1${path}`, {
    method: 'POST',
    dispatcher,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return reply.body.json();
}

test('one stream tells what begins and ends, what is granted and what is stopped, to whom it may be told', async () => {
  const dev = await world.token('dev');
  const [ada, own, stranger, shop] = await Promise.all([
    listen(await people.tokenFor('ada', ['admins'])),
    listen(dev),
    listen(await world.token('other')),
    listen(await people.tokenFor('eve', ['shop-auditors'])),
  ]);
  const at = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;
  assert.equal((await world.ask({ token: dev, uri: at('shop') })).status, 200);
  assert.equal((await world.ask({ token: dev, method: 'DELETE', uri: `${at('default')}/x` })).status, 403);
  for (const listener of [ada, own]) {
    const begun = await listener.next(
      (event, { outcome, namespace }) => event === 'exchange' && outcome === 'open' && namespace === 'shop',
    );
    assert.deepEqual(
      [begun.caller.subject, begun.target, begun.verb, begun.resource],
      ['ci:dev', 'demo', 'list', 'pods'],
    );
    const ended = await listener.next(
      (event, { id, outcome }) => event === 'exchange' && id === begun.id && outcome !== 'open',
    );
    assert.deepEqual([ended.outcome, ended.status, ended.decision, ended.rule], ['answered', 200, 'allow', 'p/read']);
    const refused = await listener.next((event, { outcome }) => event === 'exchange' && outcome === 'refused');
    assert.deepEqual([refused.code, refused.name], ['DENIED_BY_SILENCE', 'x']);
  }
  const scope = { target: 'demo', verbs: ['delete'], resources: ['pods'], namespaces: ['shop'] };
  const grant = await post(dev, '/grants', { scopes: [scope] });
  for (const listener of [ada, own, shop])
    assert.equal((await listener.next((event, { id }) => event === 'grant' && id === grant.id)).state, 'live');
  const kill = await post(await people.tokenFor('ada', ['admins']), '/kills', {
    what: 'caller',
    value: 'ci:dev',
    reason: 'wild',
  });
  assert.equal((await ada.next((event, { id }) => event === 'kill' && id === kill.id)).state, 'live');
  assert.deepEqual(stranger.told, [], 'nothing of others');
  for (const { told } of [own, shop])
    assert.ok(
      told.every(({ event }) => event !== 'kill'),
      'what is stopped is for roles that reach it',
    );
  assert.ok(
    shop.told.every(({ event, data }) => event !== 'exchange' || data.namespace === 'shop'),
    'a role ends at its namespaces',
  );
});
