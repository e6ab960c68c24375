// T60: what the control plane tells over a longer time ends with what its listener was let in by: a role, a token of the gateway's own, a session.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { controlApi } from '../support/control-api.ts';
import { type ControlWorld, startControlWorld } from '../support/control-world.ts';

const AUDITOR = '  - { role: auditor, callers: [{ groups: [auditors] }] }\n';
const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
${AUDITOR}rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods] }
  - { id: exec, effect: allow, verbs: [get, create], apiGroups: [""], resources: [pods/exec] }
`;

let { world, people, dispatcher, stop } = {} as ControlWorld;
before(async () => {
  ({ world, people, dispatcher, stop } = await startControlWorld(POLICY));
});
after(() => stop());

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

/** Listens: what it has heard so far, when it hears something that matches, and when the gateway ends it. */
async function listen(token: string, path: string) {
  const reply = await request(`${world.gateway.consoleUrl}/api/v1${path}`, {
    dispatcher,
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(reply.statusCode, 200);
  let text = '';
  let heard = () => {};
  const over = new Promise<void>((resolve, reject) => reply.body.once('end', resolve).once('error', reject));
  // Who closes it by themselves does not wait for it.
  over.catch(() => {});
  reply.body.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    heard();
  });
  return {
    over,
    text: () => text,
    async until(pattern: RegExp) {
      while (!pattern.test(text))
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
    },
    close: () => void reply.body.destroy(),
  };
}

/** A shell of `token`’s, and the id of its exchange. */
async function terminal(token: string) {
  const { body } = await world.ask({ token, uri: '/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb' });
  const pod = (JSON.parse(body) as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name;
  const url = `${world.gateway.url}/k8s/demo/api/v1/namespaces/shop/pods/${pod}/exec?command=sh&stdin=true&stdout=true&tty=true`;
  const socket = new WebSocket(url.replace(/^https/, 'wss'), 'v5.channel.k8s.io', {
    ca: world.caPem,
    headers: { authorization: `Bearer ${token}` },
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const exchange = (await world.events()).findLast((event) => event.type === 'exchange.begun')?.exchange;
  return {
    exchange,
    type: (line: string) => socket.send(Buffer.concat([Buffer.of(0), Buffer.from(`${line}\r`)])),
    async close() {
      socket.close();
      await closed;
    },
  };
}

test('T60: who loses a role hears nothing more of what it showed, a live terminal neither; who has none hears on', async () => {
  const dev = await world.token('dev');
  const bea = await people.tokenFor('bea', ['auditors']);
  const shell = await terminal(dev);
  const [events, screen, own] = await Promise.all([
    listen(bea, '/events'),
    listen(bea, `/exchanges/${shell.exchange}/recording/events`),
    listen(dev, '/events'),
  ]);
  shell.type('echo before');
  await screen.until(/before/);
  await writeFile(world.policyFile, POLICY.replace(AUDITOR, ''));
  await world.gateway.lookAtPolicy();
  await Promise.all([events.over, screen.over]);
  shell.type('echo after');
  assert.equal((await world.ask({ token: dev, uri: '/api/v1/namespaces/shop/pods/none' })).status, 404);
  await own.until(/"name":"none"/);
  assert.doesNotMatch(events.text() + screen.text(), /"name":"none"|echo after/);
  assert.deepEqual([(await api(bea, 'GET', '/kills')).status, (await api(bea, 'GET', '/policy')).status], [403, 403]);
  own.close();
  await shell.close();
  await writeFile(world.policyFile, POLICY);
  await world.gateway.lookAtPolicy();
});

test('T60: a policy that says the same of who listens ends none of their streams', async () => {
  const bea = await people.tokenFor('bea', ['auditors']);
  const [dev, events] = [await world.token('dev'), await listen(bea, '/events')];
  await writeFile(world.policyFile, POLICY.replace('verbs: [get, list]', 'verbs: [get]'));
  await world.gateway.lookAtPolicy();
  assert.equal((await world.ask({ token: dev, uri: '/api/v1/namespaces/shop/pods' })).status, 403);
  await events.until(/DENIED_BY_SILENCE/);
  events.close();
});

test('T60: a token of the gateway’s own that is given back hears nothing more', async () => {
  const ada = await people.tokenFor('ada', ['admins']);
  const made = await api(ada, 'POST', '/tokens', { task: 'listen', targets: ['demo'], for: '10m' });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const events = await listen(made.body.token, '/events');
  const ended = await api(ada, 'DELETE', `/tokens/${made.body.id}`);
  assert.equal(ended.status, 200, JSON.stringify(ended.body));
  await events.over;
  assert.equal((await api(made.body.token, 'GET', '/grants')).status, 401);
});
