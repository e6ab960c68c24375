// Buttons in Slack, on the whole way: a stand-in takes messages and signs what is pressed as Slack's documents say. Not held against the real service.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { controlApi } from '../support/control-api.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [operators] }] }]
notify: [{ on: ["approval.*"], to: [ops] }]
rules:
  - { id: chat, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], resourceNames: [settings], hold: { approvers: [{ groups: [leads] }], answerFrom: [console, cli, slack] } }
  - { id: console, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], resourceNames: [features], hold: { approvers: [{ groups: [leads] }] } }
  - { id: long, effect: hold, verbs: [create], apiGroups: [""], resources: [configmaps], hold: { approvers: [{ groups: [leads] }], answerFrom: [console, cli, slack] } }
`;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

let world: SmallWorld;
let people: Awaited<ReturnType<typeof startIssuer>>;
let dispatcher: Agent;
let token: string;
let operator: string;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-slack-'));

/** What Slack was asked, and who waits for more of it. */
const said: { readonly method: string; readonly body: Json }[] = [];
let heard: (() => void) | undefined;
const slack = createServer((incoming, response) => {
  let text = '';
  incoming.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  incoming.on('end', () => {
    said.push({ method: (incoming.url as string).slice(1), body: JSON.parse(text) });
    response.end(JSON.stringify({ ok: true, ts: `${said.length}.0`, channel: 'C1' }));
    heard?.();
  });
});

before(async () => {
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  people = await startIssuer();
  const config = `console: { port: 0 }
notifiers:
  - name: ops
    slack:
      tokenFile: ${file('token', 'xoxb-1')}
      channel: "#ops"
      signingSecretFile: ${file('secret', `${SECRET}\n`)}
      apiUrl: http://127.0.0.1:${(slack.address() as AddressInfo).port}
    people:
      - { id: U0LEA, subject: "p:lea", groups: [leads], person: lea@example.com }
      - { id: U0MAX, subject: "p:max" }
`;
  world = await startSmallWorld({ policy: POLICY, config, people: people.url });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
  token = await world.token('dev');
  operator = await people.tokenFor('opal', ['operators']);
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
  await people.close();
  slack.close();
  rmSync(folder, { recursive: true });
});

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

async function heardOf(isMeant: (method: string, body: Json) => boolean): Promise<Json> {
  for (;;) {
    const found = said.findIndex(({ method, body }) => isMeant(method, body));
    if (found >= 0) return said.splice(found, 1)[0]?.body;
    await new Promise<void>((resolve) => {
      heard = resolve;
    });
  }
}

const messageOf = (name: string) =>
  heardOf((method, body) => method === 'chat.postMessage' && JSON.stringify(body.blocks).includes(name));
const buttonsIn = ({ blocks }: Json): Json[] => blocks.find(({ type }: Json) => type === 'actions')?.elements ?? [];
const whispered = async () => (await heardOf((method) => method === 'chat.postEphemeral')).text as string;

let presses = 0;

interface Press {
  readonly user?: string;
  readonly secret?: string;
  readonly ageSeconds?: number;
  readonly body?: string;
  readonly method?: 'POST' | 'GET';
  readonly name?: string;
}

/** As Slack sends it: https://docs.slack.dev/interactivity/handling-user-interaction */
function press(
  { action_id, value }: Json,
  { user = 'U0LEA', secret = SECRET, ageSeconds = 0, body, method = 'POST', name = 'ops' }: Press = {},
) {
  const payload = JSON.stringify({
    type: 'block_actions',
    user: { id: user, username: 'lea', team_id: 'T1' },
    channel: { id: 'C1', name: 'ops' },
    response_url: 'https://hooks.slack.com/actions/T1/1/x',
    actions: [{ action_id, value, type: 'button', block_id: 'b', action_ts: `${++presses}.0` }],
  });
  const sent = body ?? new URLSearchParams({ payload }).toString();
  const timestamp = String(Math.floor(Date.now() / 1_000) - ageSeconds);
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${sent}`).digest('hex')}`;
  const send = () =>
    request(`${world.gateway.consoleUrl}/api/v1/chat/${name}/slack`, {
      method,
      dispatcher,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature,
      },
      body: method === 'GET' ? null : sent,
    }).then(async (reply) => {
      await reply.body.dump();
      return reply.statusCode;
    });
  return send;
}

const remove = (name: string) =>
  world.ask({
    token,
    method: 'DELETE',
    uri: `/api/v1/namespaces/shop/configmaps/${name}`,
    headers: { 'user-agent': 'kubectl/v1.35.4' },
  });

async function stateOf(name: string): Promise<string> {
  const { items } = (await api(token, 'GET', '/approvals?own=true')).body;
  return items.find(({ shown }: Json) => shown.operation.includes(name)).state;
}

test('T61, T77: only Slack’s own request, of now, once, by somebody whom the configuration knows and the rule names, is an answer', async () => {
  const reply = remove('settings');
  const [yes, no] = buttonsIn(await messageOf('settings'));
  assert.deepEqual([yes.action_id, no.action_id], ['approve', 'reject']);
  const refused: readonly (readonly [why: string, Press])[] = [
    ['another secret', { secret: 'another' }],
    ['too old', { ageSeconds: 301 }],
    ['of the future', { ageSeconds: -301 }],
    ['another chat', { name: 'other' }],
    ['a body that is none', { body: 'payload=%7B' }],
    ['two payloads', { body: 'payload=%7B%7D&payload=%7B%7D' }],
    ['a GET', { method: 'GET' }],
  ];
  for (const [why, how] of refused) assert.ok((await press(yes, how)()) >= 400, why);
  for (const user of ['U0MAX', 'U0NOBODY']) {
    assert.equal(await press(yes, { user })(), 200);
    assert.match(await whispered(), /no such question that you may answer|does not know you/);
  }
  assert.equal(await stateOf('settings'), 'pending');
  for (const value of ['p:lea', 'lea@example.com']) {
    const kill = await api(operator, 'POST', '/kills', { what: 'caller', value, reason: 'lost' });
    assert.equal(await press(yes)(), 200);
    assert.match(await whispered(), /does not know you/, `whom an operator has stopped, as ${value}`);
    await api(operator, 'DELETE', `/kills/${kill.body.id}`);
  }

  const pressed = press(yes);
  assert.equal(await pressed(), 200);
  assert.match(await whispered(), /approved, by you/);
  assert.equal(await pressed(), 403, 'the very same request again');
  assert.equal((await reply).status, 200);
  const updated = await heardOf((method, body) => method === 'chat.update' && body.text.startsWith('approved'));
  assert.deepEqual(buttonsIn(updated), [], 'nothing is left to press');
  const events = await world.events();
  const answered = events.find((one) => one.type === 'approval.changed' && one.state === 'approved');
  assert.ok(answered?.type === 'approval.changed');
  assert.deepEqual([answered.answer?.subject, answered.answer?.issuer], ['p:lea', 'people']);
});

test('T76: a button that no gateway has offered says nothing, whatever stands above it', async () => {
  const reply = remove('settings');
  const [yes] = buttonsIn(await messageOf('settings'));
  const [id, digest, seal] = yes.value.split(' ') as [string, string, string];
  const other = `${seal[0] === '0' ? '1' : '0'}${seal.slice(1)}`;
  for (const [why, value] of [
    ['another digest', `${id} ${'0'.repeat(64)} ${seal}`],
    ['another question', `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'} ${digest} ${seal}`],
    ['another seal', `${id} ${digest} ${other}`],
  ] as const) {
    assert.equal(await press({ ...yes, value })(), 200);
    assert.match(await whispered(), /no gateway has offered this button/, why);
  }
  assert.ok((await press({ ...yes, value: `${id} ${digest}` })()) >= 400, 'none');
  assert.equal(await stateOf('settings'), 'pending');
  assert.equal(await press({ ...yes, action_id: 'reject' })(), 200);
  assert.match(await whispered(), /rejected, by you/);
  assert.equal((await reply).status, 403);
  assert.equal(await press(yes)(), 200);
  assert.match(await whispered(), /the question is closed/, 'a late press');
});

test('a rule that does not say so has no buttons, and takes none that somebody makes up', async () => {
  const reply = remove('features');
  const message = await messageOf('features');
  assert.deepEqual(buttonsIn(message), []);
  // An answer is to what was shown, by its digest: what it would do is in it from the next look on.
  const shown = async () => (await api(token, 'GET', '/approvals?own=true')).body.items[0];
  let looked = await shown();
  while (looked.preview === 'looking') looked = await shown();
  const { id, digest } = looked;
  assert.equal(await press({ action_id: 'approve', value: `${id} ${digest} ${'0'.repeat(64)}` })(), 200);
  assert.match(await whispered(), /no gateway has offered this button/);
  assert.equal(await stateOf('features'), 'pending');
  await api(await people.tokenFor('lea', ['leads']), 'POST', `/approvals/${id}/reject`, { digest });
  assert.equal((await reply).status, 403);
});

test('T78: what a message does not show whole has no yes in it; a no needs no look', async () => {
  const reply = world.ask({
    token,
    method: 'POST',
    uri: '/api/v1/namespaces/shop/configmaps',
    headers: { 'user-agent': 'kubectl/v1.35.4', 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'long' },
      data: { a: 'x'.repeat(4_000) },
    }),
  });
  const buttons = buttonsIn(
    await heardOf((method, body) => method === 'chat.postMessage' && body.text.includes('create')),
  );
  assert.deepEqual(
    buttons.map(({ action_id }) => action_id),
    ['reject'],
  );
  assert.equal(await press(buttons[0])(), 200);
  assert.match(await whispered(), /rejected, by you/);
  assert.equal((await reply).status, 403);
});
