/* What one caller leaves to others, that asks for all it may and takes nothing of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect } from 'node:http2';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { DEFAULT_UPSTREAM_LIMITS } from '../../src/connectors/kubernetes/upstream/limits.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const STREAMS_PER_CONNECTION = 200;

let world: SmallWorld;
let requestsMax: number;
const sessions: ClientHttp2Session[] = [];

before(async () => {
  world = await startSmallWorld();
  const loaded = loadConfig(world.configFile, { guards: GUARD_IDS });
  assert.ok('config' in loaded);
  requestsMax = loaded.config.limits.requestsPerCallerMax;
});
after(async () => {
  for (const session of sessions) session.destroy();
  await world.stop();
});

/** Sends as many requests for a large object and lets nothing but heads come back; resolves once each has its head. */
async function takeNothing(token: string, uri: string, count: number): Promise<void> {
  const ca = await readFile(join(world.folder, 'data', 'ca.crt'), 'utf8');
  const session = connect(world.gateway.url, { ca, settings: { initialWindowSize: 0 } });
  sessions.push(session);
  session.on('error', () => {});
  const heads = Array.from({ length: count }, async () => {
    const stream = session.request({ ':path': `/k8s/demo${uri}`, authorization: `Bearer ${token}` });
    stream.on('error', () => {});
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 200);
  });
  await Promise.all(heads);
}

test('T64: replies that one caller does not take leave connections to upstream for others', async () => {
  const [slow, other] = [await world.token('slow'), await world.token('other')];
  const uri = '/api/v1/namespaces/shop/configmaps/large';
  const large = { metadata: { name: 'large' }, data: { text: 'x'.repeat(900_000) } };
  const made = await world.ask({
    token: other,
    method: 'POST',
    uri: '/api/v1/namespaces/shop/configmaps',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(large),
  });
  assert.equal(made.status, 201, made.body);
  for (let left = requestsMax; left > 0; left -= STREAMS_PER_CONNECTION)
    await takeNothing(slow, uri, Math.min(left, STREAMS_PER_CONNECTION));
  assert.equal((await world.ask({ token: slow, uri })).status, 429, 'it may have no more');
  assert.equal((await world.ask({ token: other, uri })).status, 200);
});

test('T64: no two callers can take all connections to upstream', () => {
  assert.ok(2 * requestsMax < DEFAULT_UPSTREAM_LIMITS.connectionsMax);
});
