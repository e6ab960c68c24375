/*
 * T65: a watch that begins with a list, as clients since Kubernetes 1.35 begin theirs, asked for compressed. From 1.37 on the API server compresses it, each flush a gzip member of its own:
 * a reader that stops behind the first loses, or lets pass unmasked, what comes later.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createGunzip } from 'node:zlib';
import { type Asker, asker } from '../canary-world/raw.ts';
import { type Cluster, kubernetesRelease } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, sharedCluster } from '../support/test-cluster.ts';

const NAMESPACE = 'watched';
const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;
const WATCH = `${SECRETS}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`;
const OBJECTS = 2_000;
const LATER = 100;
const VALUE = Buffer.from('a canary of the watch').toString('base64');

interface Event {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name: string }; readonly data?: Readonly<Record<string, string>> };
}

const cluster = await sharedCluster('a watch that begins with a list', 'podless');
if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-watch-list-'));
  const admin = asker(real.adminKubeconfig(join(folder, 'admin.kubeconfig')));
  const gateways: GatewayInFront[] = [];

  const must = async (method: string, uri: string, body: object, type = 'application/json') => {
    const asked = { method, uri, headers: { 'content-type': type }, body: JSON.stringify(body) };
    const { status } = await admin.ask(asked, '1.1');
    assert.ok(status < 300, `${method} ${uri}: ${status}`);
  };
  /** One after the other on each of 32 connections. */
  const all = async (count: number, one: (n: number) => Promise<void>) => {
    let next = 0;
    const worker = async () => {
      for (let n = next++; n < count; n = next++) await one(n);
    };
    await Promise.all(Array.from({ length: 32 }, worker));
  };

  before(async () => {
    await bindCaller(real);
    await must('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    await all(OBJECTS, (n) => must('POST', SECRETS, { metadata: { name: `s-${n}` }, data: { value: VALUE } }));
  });
  after(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await must('DELETE', `/api/v1/namespaces/${NAMESPACE}`, {});
    admin.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Watches until all that is there and all that comes later was seen; the events, and how they were encoded. */
  async function watched(by: Asker, round: string) {
    const headers = { accept: 'application/json', 'accept-encoding': 'gzip' };
    const reply = await by.begin({ method: 'GET', uri: WATCH, headers });
    assert.equal(reply.statusCode, 200);
    const encoding = reply.headers['content-encoding'];
    const source = encoding === 'gzip' ? reply.pipe(createGunzip()) : reply;
    const events: Event[] = [];
    let text = '';
    for await (const chunk of source) {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) events.push(JSON.parse(line));
      if (events.at(-1)?.type === 'BOOKMARK' && events.length === OBJECTS + 1)
        all(LATER, (n) =>
          must('PATCH', `${SECRETS}/s-${n}`, { metadata: { labels: { round } } }, 'application/merge-patch+json'),
        );
      // A server tells where it is once a minute, too.
      if (events.filter(({ type }) => type !== 'BOOKMARK').length >= OBJECTS + LATER) break;
    }
    reply.destroy();
    by.stop();
    return { encoding, events };
  }

  function assertWhole(events: readonly Event[]): void {
    const names = (type: string) =>
      new Set(events.flatMap((one) => (one.type === type ? one.object.metadata.name : [])));
    assert.deepEqual([names('ADDED').size, names('MODIFIED').size], [OBJECTS, LATER]);
  }

  const isCompressed = kubernetesRelease() === '1.37';
  const direct = () => asker(real.adminKubeconfig(join(folder, 'direct.kubeconfig')));
  const through = async (options: Parameters<typeof startGatewayInFront>[1]) => {
    const gateway = await startGatewayInFront(real, options);
    gateways.push(gateway);
    return asker(gateway.kubeconfig);
  };

  test(`the API server itself ${isCompressed ? 'compresses' : 'does not compress'} it`, async () => {
    const { encoding, events } = await watched(direct(), 'direct');
    assert.equal(encoding, isCompressed ? 'gzip' : undefined);
    assertWhole(events);
  });

  test('T65: through the gateway every event comes, at first and later, and each is masked', async () => {
    const { events } = await watched(await through({ openMasks: [] }), 'masked');
    assertWhole(events);
    for (const { object } of events) {
      if (object.data === undefined) continue;
      assert.match(Buffer.from(object.data.value ?? '', 'base64').toString(), /^masked-by-sallyport-/);
    }
  });

  test('T65: where masks are open it comes as the API server compressed it', async () => {
    const { encoding, events } = await watched(await through({}), 'open');
    assert.equal(encoding, isCompressed ? 'gzip' : undefined);
    assertWhole(events);
    for (const { object } of events) if (object.data !== undefined) assert.equal(object.data.value, VALUE);
  });
}
