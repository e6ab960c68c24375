/* What one caller can make the gateway hold, by requests that never end. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { Agent, request } from 'undici';
import { CALLER_LIMITS, DEFAULT_LIMITS } from '../../src/pipeline/limits.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const REQUESTS_MAX = 4;

let world: SmallWorld;
const sockets: TLSSocket[] = [];

before(async () => {
  world = await startSmallWorld({ config: `limits: { requestsPerCallerMax: ${REQUESTS_MAX} }\n` });
});
after(async () => {
  for (const socket of sockets) socket.destroy();
  await world.stop();
});

/** Sends a request whose body never ends; `answered` gives the first bytes of an answer. */
async function unended(token: string): Promise<{ readonly answered: Promise<string> }> {
  const { hostname, port, host } = new URL(world.gateway.url);
  const ca = await readFile(join(world.folder, 'data', 'ca.crt'), 'utf8');
  const socket = connect({ host: hostname, port: Number(port), ca });
  sockets.push(socket);
  socket.on('error', () => {});
  const answered = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString('latin1'))));
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  socket.write(
    `POST /k8s/demo/api/v1/namespaces/shop/configmaps HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\n` +
      'Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n{',
  );
  return { answered };
}

test('T57: bodies that have not arrived count as requests under way, of their caller alone', async () => {
  const token = await world.token('flood');
  for (let i = 0; i < REQUESTS_MAX; i++) {
    const { answered } = await unended(token);
    assert.match(await answered, /^HTTP\/1\.1 100 /, 'the body is asked for');
  }
  const { answered } = await unended(token);
  assert.match(await answered, /^HTTP\/1\.1 429 /, 'nothing more is asked for');
  assert.equal((await world.ask({ token: await world.token('other'), uri: '/version' })).status, 200);
});

test('T57: a body counts for as much as it costs, so that a caller of large ones keeps nobody else waiting', async (t) => {
  const rate = await startSmallWorld({
    config: 'limits: { requestsPerCallerPerSecond: 1, requestsPerCallerMax: 30 }\n',
  });
  t.after(() => rate.stop());
  // A connection each, since Node's own client sends no more than 10 MB over one of HTTP/2.
  const dispatcher = new Agent({ connect: { ca: rate.caPem }, allowH2: false });
  t.after(() => dispatcher.destroy());
  const data = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 'v'.repeat(8)]));
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'a-' }, data });
  const headers = { authorization: `Bearer ${await rate.token('flood')}`, 'content-type': 'application/json' };
  const uri = `${rate.gateway.url}/k8s/demo/api/v1/namespaces/shop/configmaps?dryRun=All`;
  const post = async () => {
    // An answer before the body has gone may break the connection.
    const reply = await request(uri, { method: 'POST', dispatcher, headers, body }).catch(() => undefined);
    await reply?.body.dump();
    return reply?.statusCode;
  };
  const statuses = await Promise.all(Array.from({ length: 30 }, post));
  const read = statuses.filter((status) => status === 201).length;
  const bytesMax = CALLER_LIMITS.requestsPerCallerBurstMax * CALLER_LIMITS.bodyBytesPerRequest;
  const readMax = (bytesMax + DEFAULT_LIMITS.bodyBytesMax) / body.length;
  assert.ok(read > 0 && read <= readMax, `${read} were read, of at most ${readMax}`);
  assert.equal((await rate.ask({ token: await rate.token('other'), uri: '/version' })).status, 200);
  await rate.gateway.stop('the test reads the journal');
  const events = await rate.events();
  assert.equal(events.filter(({ type }) => type === 'exchange.begun').length, read + 1);
  const counts = events.flatMap((event) => (event.type === 'caller.throttled' ? [event.requests] : []));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    30 - read,
    'what was refused is a count',
  );
});
