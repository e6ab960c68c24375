// What was recorded, found again at the control plane.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: auditor, callers: [{ subjects: ["auditor"] }] }
  - { role: auditor, callers: [{ subjects: ["bank-auditor"] }], namespaces: [bank] }
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods, configmaps] }
`;

let world: SmallWorld;
/** One token for each subject: another token is another session. */
const tokens = new Map<string, string>();
let dispatcher: Agent;

before(async () => {
  world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n' });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
});

async function tokenOf(subject: string): Promise<string> {
  const token = tokens.get(subject) ?? (await world.token(subject));
  tokens.set(subject, token);
  return token;
}

async function get(
  subject: string,
  path: string,
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
): Promise<{ readonly status: number; readonly body: any }> {
  const token = await tokenOf(subject);
  const headers = { authorization: `Bearer ${token}` };
  const reply = await request(`${world.gateway.consoleUrl}/api/v1${path}`, { dispatcher, headers });
  return { status: reply.statusCode, body: await reply.body.json() };
}

const ask = async (subject: string, uri: string, method: 'GET' | 'DELETE' = 'GET') =>
  world.ask({ token: await tokenOf(subject), uri, method });

test('what callers did is found by them and by auditors, explained, with its lines in the journal', async () => {
  await ask('dev', '/api/v1/namespaces/shop/configmaps/settings');
  await ask('dev', '/api/v1/namespaces/bank/pods/nobody', 'DELETE');
  await ask('other', '/api/v1/namespaces/shop/pods');
  const own = await get('dev', '/sessions');
  assert.equal(own.status, 200, JSON.stringify(own.body));
  assert.deepEqual(
    own.body.items.map(({ caller, target, exchanges, changes, refused }: Record<string, unknown>) => [
      caller,
      target,
      exchanges,
      changes,
      refused,
    ]),
    [[{ subject: 'dev', issuer: 'main', kind: 'autonomous' }, 'demo', 2, 1, 1]],
  );
  const [{ id }] = own.body.items;
  const story = await get('auditor', `/sessions/${id}`);
  assert.deepEqual(
    story.body.items.map((one: Record<string, unknown>) => [
      one.verb,
      one.namespace,
      one.decision,
      one.rule,
      one.outcome,
    ]),
    [
      ['get', 'shop', 'allow', 'p/read', story.body.items[0].outcome],
      ['delete', 'bank', 'deny', undefined, 'refused'],
    ],
  );
  const denied = story.body.items[1].id;
  const whole = await get('auditor', `/exchanges/${denied}`);
  assert.equal(whole.body.answer.effect, 'deny');
  assert.match(whole.body.message, /may not/);
  assert.deepEqual(
    whole.body.journal.map(({ type }: { type: string }) => type),
    ['exchange.begun', 'exchange.ended'],
  );
  const events = await world.events();
  for (const { seq, hash } of whole.body.journal)
    assert.ok(events.some((event) => 'hash' in event && event.hash === hash && 'seq' in event && event.seq === seq));
  assert.equal((await get('other', `/sessions/${id}`)).status, 404);
  assert.equal((await get('other', `/exchanges/${denied}`)).status, 404);
  assert.deepEqual((await get('other', '/sessions?decision=deny')).body.items, []);
  assert.equal((await get('auditor', '/sessions?caller=dev&decision=deny&verb=delete')).body.items.length, 1);
  const part = await get('bank-auditor', `/sessions/${id}`);
  assert.deepEqual([part.body.exchanges, part.body.items.length], [1, 1], 'a role reaches what is in its namespaces');
  assert.equal((await get('auditor', '/sessions?verbs=get')).status, 400);
});
