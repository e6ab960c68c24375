// What a caller does for the first time, on the whole way: a person is asked once, and not again for the like of it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type CommandWorld, startCommandWorld } from '../support/command-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: make, effect: allow, verbs: [create, delete, patch], apiGroups: [""], resources: [configmaps] }
  - { id: new, effect: hold, verbs: [delete, patch], apiGroups: [""], resources: [configmaps], query: { dryRun: false }, hold: { approvers: [{ groups: [leads] }], novel: 30d } }
`;

let commands: CommandWorld;
before(async () => {
  commands = await startCommandWorld({ policy: POLICY }, { lea: ['leads'] }, 'lea');
});
after(() => commands.stop());

const MAPS = '/api/v1/namespaces/shop/configmaps';

async function send(method: 'POST' | 'DELETE', uri: string, name = '') {
  const { world } = commands;
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
  const sent = method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {};
  // No client that waits: it is told at once that a person is asked.
  return world.ask({
    token: await world.token('dev'),
    method,
    uri: `${uri}${uri.includes('?') ? '&' : '?'}timeout=1s`,
    ...sent,
  });
}

test('the first delete of a caller asks, a dry run makes nothing known, and the like of what was done runs by itself', async () => {
  for (const name of ['one', 'two', 'three']) assert.equal((await send('POST', MAPS, name)).status, 201);
  assert.equal((await send('DELETE', `${MAPS}/one?dryRun=All`)).status, 200, 'the rule holds no dry run');
  const held = await send('DELETE', `${MAPS}/one`);
  assert.equal(held.status, 403, held.body);
  const id = String(held.headers['sallyport-approval']);
  const { code, output } = await commands.run(['approvals', 'approve', id]);
  assert.equal(code, 0, output);
  assert.equal((await send('DELETE', `${MAPS}/one`)).status, 200, 'the yes is used');
  assert.equal((await send('DELETE', `${MAPS}/two`)).status, 200, 'the like is not new any more');
  const elsewhere = await send('DELETE', '/api/v1/namespaces/default/configmaps/none');
  assert.equal(elsewhere.status, 403, 'another namespace is');
  const decided = (await commands.world.events()).flatMap((event) =>
    event.type === 'exchange.ended' ? (event.decision?.facts ?? []) : [],
  );
  assert.ok(decided.includes('lastDone'), 'that it was looked up is recorded');
});
