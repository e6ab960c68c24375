// A gateway that seals its journal by itself, and whose rules bound streams.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { Agent, request } from 'undici';
import { verifyJournal } from '../../src/cli/journal.ts';
import { openCheckpoint } from '../../src/recording/checkpoint.ts';
import { openStream } from '../support/client-stream.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';
import { endsOf, told } from '../support/stream-world.ts';
import { openSocket, readUntil } from '../transport/support.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: auditor, callers: [{ subjects: [auditor] }] }]
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods, configmaps] }
  - { id: brief, effect: allow, verbs: [watch], apiGroups: [""], resources: [configmaps], stream: { forMax: 1s } }
  - { id: still, effect: allow, powers: [exec], stream: { idleMax: 1s } }
`;

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n';

let world: SmallWorld;
let dispatcher: Agent;
const tokens = new Map<string, string>();

before(async () => {
  world = await startSmallWorld({
    policy: POLICY,
    config: 'console: { port: 0 }\njournal: { sealEvery: 1s }\nlimits: { stopTimeoutMs: 1 }\n',
    front: {
      onRequest(asked, response) {
        if (!asked.url?.includes('watch=1')) return false;
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .write('{"type":"BOOKMARK","object":{"kind":"ConfigMap"}}\n');
        return true;
      },
      onUpgrade: (_request, socket: TLSSocket) => void socket.write(SWITCH),
    },
  });
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

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
async function get(path: string, subject?: string): Promise<{ readonly status: number; readonly body: any }> {
  const headers = subject === undefined ? {} : { authorization: `Bearer ${await tokenOf(subject)}` };
  const reply = await request(`${world.gateway.consoleUrl}/api/v1${path}`, { dispatcher, headers });
  return { status: reply.statusCode, body: await reply.body.json() };
}

/** The checkpoint of so many events, or of more. */
async function checkpointOf(events: number): Promise<string> {
  for (;;) {
    const { status, body } = await get('/journal/checkpoint', 'auditor');
    if (status === 200 && Number(body.checkpoint.split('\n')[1]) >= events) return body.checkpoint;
  }
}

const sealed = async () =>
  (await readdir(join(world.folder, 'data/journal'))).filter((name) => name.endsWith('.jsonl.zst'));

test('what a gateway recorded is sealed while it runs, with a key that anybody may read, and is found as before', async () => {
  await world.ask({ token: await tokenOf('dev'), uri: '/api/v1/namespaces/shop/configmaps/settings' });
  const { items } = (await get('/sessions', 'dev')).body;
  const checkpoint = await checkpointOf((await world.events()).length - 1);
  const keys = await get('/journal/keys');
  assert.equal(keys.status, 200);
  const [{ verifier, state }] = keys.body.items;
  assert.equal(state, 'signs');
  assert.notEqual(typeof openCheckpoint(checkpoint, verifier), 'string', 'the key signed it');
  assert.ok((await sealed()).length > 0);
  const found = await verifyJournal(join(world.folder, 'data/journal'), verifier);
  assert.deepEqual([found.sentence, found.seals.areSigned], ['', true]);
  const story = await get(`/sessions/${items[0].id}`, 'dev');
  const whole = await get(`/exchanges/${story.body.items[0].id}`, 'dev');
  assert.deepEqual(
    whole.body.journal.slice(0, 1).map(({ type }: { type: string }) => type),
    ['exchange.begun'],
  );
  assert.equal((await get('/journal/checkpoint', 'dev')).status, 403);
});

test('T60: a watch that lives as long as its rule lets it ends in order, and is recorded so', async () => {
  const uri = '/api/v1/namespaces/shop/configmaps?watch=1';
  const stream = await openStream(world, { version: '1.1', uri, token: await tokenOf('dev') });
  stream.body.resume();
  assert.equal(await stream.ended, 'whole');
  const ends = await endsOf(world, '/configmaps', 2);
  assert.ok(ends.some((end) => told(end).startsWith('answered 200 (its rule lets a stream live 1s)')));
});

test('T39: an exec whose client opens no stream and says nothing is ended when its rule says, by a failure in its protocol', async () => {
  const { body } = await world.ask({ token: await tokenOf('dev'), uri: '/api/v1/namespaces/shop/pods' });
  const pod = (JSON.parse(body) as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name ?? '';
  const client = await openSocket(Number(new URL(world.gateway.url).port), { ca: world.caPem });
  client.write(
    `POST /k8s/demo/api/v1/namespaces/shop/pods/${pod}/exec?command=sh HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${await tokenOf('dev')}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
  );
  assert.match(await readUntil(client, '\r\n\r\n'), /^HTTP\/1.1 101 /);
  await new Promise<void>((resolve) => client.resume().once('end', resolve).once('close', resolve));
  client.destroy();
  const [end] = await endsOf(world, '/exec', 1);
  assert.match(told(end as never), /^answered 101 \(nothing passed for 1s\)/);
});
