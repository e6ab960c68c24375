/*
 * The canary world: on a real cluster, values that occur nowhere else are planted in every place that is masked by default; then the cluster is used through the gateway in every
 * way that clients have, and every byte that reached one is searched for them, in every form that tools write, with the journal, the log, the metrics and all files of the data folder.
 *
 * Left out by name, since masks do not reach what passes there: `kubectl port-forward`, and the three proxies (services/proxy, pods/proxy, nodes/proxy). SECURITY.md says so.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Canary } from '../canary-world/canary.ts';
import { helmReadingWays, helmWritingWays } from '../canary-world/helm-ways.ts';
import { readingWays, sayingWays, writingWays } from '../canary-world/kubectl-ways.ts';
import { plant } from '../canary-world/plant.ts';
import { type Asker, asker, type RawReply } from '../canary-world/raw.ts';
import { type RawWay, rawReadingWays, rawWatches, rawWritingWays, webSocketWays } from '../canary-world/raw-ways.ts';
import { Searcher } from '../canary-world/searcher.ts';
import { type Shell, shell } from '../canary-world/shell.ts';
import type { Way } from '../canary-world/way.ts';
import { startWireTap, type WireTap } from '../canary-world/wire-tap.ts';
import { canaryWorld, NAMESPACE } from '../canary-world/world.ts';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import { type Cluster, kubernetesRelease } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

/** Over SPDY, and over WebSocket; on the other release the newest alone, since what differs there is the API server. */
const KUBECTLS: readonly ClientName[] =
  kubernetesRelease() === '1.37' ? ['kubectl-1.37'] : ['kubectl-1.27', 'kubectl-1.35'];
const HELMS: readonly ClientName[] = kubernetesRelease() === '1.37' ? [] : ['helm-3', 'helm-4'];
/** Whatever a rule can allow, tokens too; no wildcard reaches a power. */
const everything = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'everything' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  rules: [
    { id: 'resources', effect: 'allow', verbs: ['*'], apiGroups: ['*'], resources: ['*', 'secrets'], helm: true },
    { id: 'paths', effect: 'allow', verbs: ['*'], nonResourceURLs: ['*'] },
    { id: 'powers', effect: 'allow', powers: ['exec', 'attach', 'ephemeralcontainers', 'token'] },
  ],
};

/** What a table says of an age changes while it is compared. */
const triesMax = 10;

/** The same of the world as it was then, so that what else changes in the cluster changes no byte. */
function atVersion(way: RawWay, version: string): RawWay {
  if (!isList(way.uri) || way.uri.includes('resourceVersion')) return way;
  const query = `resourceVersion=${version}&resourceVersionMatch=Exact`;
  return { ...way, uri: `${way.uri}${way.uri.includes('?') ? '&' : '?'}${query}` };
}

function isList(uri: string): boolean {
  return /\/[a-z]+(?:\?|$)/.test(uri) && !/\/(?:secrets|configmaps|pods|deployments|widgets|blobs)\/[^?]+/.test(uri);
}

async function assertSame(direct: Asker, through: Asker, way: RawWay): Promise<void> {
  const seen = ({ status, headers, body }: RawReply) =>
    [status, headers['content-type'], headers['content-encoding'], body.toString('latin1')].join('\n');
  for (let tried = 1; ; tried++) {
    const [theirs, ours] = (await Promise.all([direct.ask(way, '1.1'), through.ask(way, '1.1')])).map(seen);
    if (theirs === ours) return;
    if (tried === triesMax) assert.equal(ours, theirs, `${way.uri} ${JSON.stringify(way.headers)}`);
  }
}

/** Any token of the cluster's, of which the world knows none before it is made. */
const jwt = /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/;

const cluster = await sharedCluster('the canary world');
if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  const world = canaryWorld();
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-canaries-'));
  const folders = new Map<ClientName, string>();
  let canaries: readonly Canary[];
  let searcher: Searcher;
  let gateway: GatewayInFront;
  let tap: WireTap;
  let admin: Shell;
  let raw: Asker;

  before(async () => {
    await bindCaller(real);
    for (const name of new Set<ClientName>([...KUBECTLS, ...HELMS, 'kubectl-1.35', 'helm-3']))
      folders.set(name, await clientNamed(name).prepare());
    const direct = real.adminKubeconfig(join(folder, 'admin.kubeconfig'));
    admin = shell(folder, [folders.get('kubectl-1.35') as string], direct);
    await admin.must(`kubectl config set-context --current --namespace=${NAMESPACE}`);
    canaries = await plant(world, admin);
    searcher = new Searcher(canaries);
    gateway = await startGatewayInFront(real, { policy: [everything], podSecrets: [NAMESPACE], openMasks: [] });
    tap = await startWireTap(real, gateway.url, gateway.caFile);
    tap.kubeconfig(join(folder, 'kubeconfig'), gateway.kubeconfig, NAMESPACE);
    raw = asker(join(folder, 'kubeconfig'));
  });
  after(async () => {
    raw?.stop();
    tap?.stop();
    await gateway?.stop();
    await admin?.run(
      `kubectl delete namespace ${NAMESPACE} --wait=false; kubectl delete -f definitions.json --wait=false; kubectl delete csr canary; kubectl delete secret -n kube-system bootstrap-token-canary`,
    );
    rmSync(folder, { recursive: true, force: true });
  });

  /** Of a client of this name, through the gateway. */
  const through = (name: ClientName) => shell(folder, [folders.get(name) as string], join(folder, 'kubeconfig'));

  /** No canary, and no token of the cluster’s. */
  function assertNone(what: string, bytes: Buffer): void {
    const [hit] = searcher.in(bytes);
    assert.equal(hit, undefined, `${what}: ${JSON.stringify(hit)}`);
    const token = jwt.exec(bytes.toString('latin1'));
    assert.equal(token, null, `${what}: a token: ${token?.[0].slice(0, 60)}`);
  }

  /** What came over the wire since this was last called. `isBrokenOff`: its client may have left before the last answer began. */
  function assertNoneOnTheWire(isBrokenOff = false): void {
    const sent = tap.take();
    assert.ok(sent.length > 0, 'it asked nothing');
    for (const { method, target, status, head, bodies } of sent) {
      assert.ok(status !== 0 || isBrokenOff, `${method} ${target} was not answered`);
      assertNone(`${method} ${target}: head`, Buffer.from(head));
      for (const body of bodies) assertNone(`${method} ${target}: ${status}`, body);
    }
  }

  async function assertNoneBy(client: ClientName, way: Way): Promise<void> {
    const { exit, stdout, stderr } = await through(client).run(way);
    assertNoneOnTheWire(way.steps !== undefined);
    if (way.printsItsOwn !== true) assertNone('printed', Buffer.from(stdout + stderr));
    const isDone = (exit === 0) !== (way.fails === true) || (way.steps !== undefined && exit === 'interrupted');
    assert.ok(isDone, `exit ${exit}\n${stdout}\n${stderr}`);
  }

  const ways = (client: ClientName, list: readonly Way[], traps: string) => {
    for (const way of list) test(`${traps}: ${client}: ${way.run}`, () => assertNoneBy(client, way));
  };

  test('without the gateway every canary is found, in what the same ways print', async () => {
    const printed: Buffer[] = [];
    const helm3 = folders.get('helm-3') as string;
    const direct = shell(folder, [folders.get('kubectl-1.35') as string, helm3], join(folder, 'admin.kubeconfig'));
    for (const way of [...readingWays, ...sayingWays, ...helmReadingWays]) {
      const { stdout, stderr } = await direct.run(way);
      printed.push(Buffer.from(stdout + stderr));
    }
    const found = new Set(printed.flatMap((bytes) => searcher.in(bytes)).map((hit) => hit.canary));
    assert.deepEqual(
      canaries.map(({ id }) => id).filter((id) => !found.has(id)),
      [],
    );
  });

  for (const client of KUBECTLS) {
    ways(client, readingWays, 'T45 T46 T47 T53 T84');
    ways(client, sayingWays, 'T46');
  }
  for (const client of HELMS) ways(client, helmReadingWays, 'T46 T83');

  test('T47 T71: raw requests, in every form that can be asked for, over both versions of HTTP', async () => {
    for (const version of ['1.1', '2'] as const) for (const way of rawReadingWays) await raw.ask(way, version);
    assertNoneOnTheWire();
  });

  test('T48 T65: watches in every spelling, plain and compressed, over both versions of HTTP', async () => {
    await Promise.all((['1.1', '2'] as const).flatMap((version) => rawWatches.map((way) => raw.ask(way, version))));
    assertNoneOnTheWire();
  });

  test('T47: watches, logs and exec over WebSocket', async () => {
    for (const uri of webSocketWays) await raw.webSocket(uri);
    assertNoneOnTheWire();
  });

  test('T46 T73 T79: replies to changes, refusals and warnings, in every form', async () => {
    for (const version of ['1.1', '2'] as const) for (const way of rawWritingWays) await raw.ask(way, version);
    assertNoneOnTheWire();
  });

  for (const client of KUBECTLS) ways(client, writingWays, 'T45 T49 T74 T84');
  for (const client of HELMS) ways(client, helmWritingWays, 'T83');

  test('T49 T74 T83: no mask was written, whatever was done', async () => {
    const masks = new Searcher([{ id: 'mask', value: Buffer.from('masked-by-sallyport-') }]);
    const stored = await admin.must(
      'kubectl get secrets,configmaps,pods,deployments,replicasets,jobs,cronjobs,widgets,blobs -o json',
    );
    assert.deepEqual(masks.in(Buffer.from(stored)), []);
  });

  test('with masks open for a caller every byte is as the server sent it', async () => {
    const open = await startGatewayInFront(real);
    const [direct, through] = [asker(join(folder, 'admin.kubeconfig')), asker(open.kubeconfig)];
    try {
      const { metadata } = JSON.parse(await admin.must(`kubectl get --raw /api/v1/namespaces/${NAMESPACE}/secrets`));
      for (const way of rawReadingWays.filter(({ uri }) => uri.includes('canar')))
        await assertSame(direct, through, atVersion(way, metadata.resourceVersion));
    } finally {
      direct.stop();
      through.stop();
      await open.stop();
    }
  });

  test('T55: the journal, the log, the metrics and all files of the data folder', async () => {
    assertNone('log', Buffer.from(gateway.log()));
    assertNone('metrics', Buffer.from(await gateway.metrics()));
    const files = readdirSync(gateway.dataFolder, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    assert.ok(files.length > 2);
    for (const { parentPath, name } of files) assertNone(name, readFileSync(join(parentPath, name)));
  });
}
