/*
 * Undo before a real API server: what real kubectl has changed is put back as it was, in a person's own name, and what was there is read beside the gateway.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Agent } from 'undici';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { controlApi } from '../support/control-api.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const NAMESPACE = 'undo-main';

const POLICY = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'undo' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }, { groups: ['operators'] }],
  roles: [{ role: 'operator', callers: [{ groups: ['operators'] }] }],
  rules: [
    {
      id: 'all',
      effect: 'allow',
      verbs: ['*'],
      apiGroups: ['*'],
      resources: ['*', 'secrets'],
      record: { preImage: true },
    },
    { id: 'paths', effect: 'allow', verbs: ['*'], nonResourceURLs: ['*'] },
  ],
};

const cluster = await sharedCluster('undo');
const folder = mkdtempSync(join(tmpdir(), 'sallyport-undo-'));

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  let gateway: GatewayInFront;
  let dispatcher: Agent;
  let lead = '';
  let program = '';

  const kubectl = (kubeconfig: string, args: readonly string[], input = '') => {
    const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(folder, 'cache') };
    const { status, stdout, stderr } = spawnSync(program, ['-n', NAMESPACE, ...args], { env, input, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const admin = (args: readonly string[], input = '') => kubectl(real.adminKubeconfig(), args, input);
  const live = (what: string): Json => JSON.parse(admin(['get', what, '-o', 'json']));

  before(async () => {
    await bindCaller(real);
    program = join(await clientNamed('kubectl-1.36').prepare(), 'kubectl');
    writeFileSync(join(folder, 'key'), 'k'.repeat(48));
    gateway = await startGatewayInFront(real, {
      policy: [POLICY],
      console: true,
      preImageKeyFile: join(folder, 'key'),
    });
    dispatcher = new Agent({ connect: { ca: readFileSync(gateway.caFile, 'utf8') } });
    lead = await gateway.token('operator', 'lea', 7_200);
    admin(['create', 'clusterrolebinding', 'undo-lea', '--clusterrole=cluster-admin', '--user=person:lea']);
    admin(['create', 'namespace', NAMESPACE]);
  });
  after(async () => {
    await dispatcher?.destroy();
    await gateway?.stop();
    admin(['delete', 'namespace', NAMESPACE, '--wait=false']);
    admin(['delete', 'clusterrolebinding', 'undo-lea']);
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = controlApi(
    () => gateway.consoleUrl,
    () => dispatcher,
  );
  const api = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json> =>
    (await ask(lead, method, path, body)).body;

  /** The newest exchange of this verb on this kind, once the catalog has it. Bounded by tries: each is answered before the next. */
  async function exchangeOf(verb: string, resource: string, name: string): Promise<string> {
    const seen: string[] = [];
    for (let tries = 0; tries < 60; tries++) {
      const { items } = await api('GET', '/sessions?limit=20');
      seen.length = 0;
      for (const { id } of items) {
        const session = await api('GET', `/sessions/${id}?limit=500`);
        for (const one of session.items)
          seen.push(`${one.verb} ${one.resource} ${one.name} ${one.outcome} ${one.status}`);
        const found = session.items.findLast(
          (one: Json) =>
            one.verb === verb &&
            one.resource === resource &&
            (name === '' || one.name === name) &&
            one.outcome === 'answered' &&
            one.status < 300,
        );
        if (found !== undefined) return found.id;
      }
      await setTimeout(500);
    }
    assert.fail(`no ${verb} ${resource} ${name} among:\n${seen.join('\n')}`);
  }

  async function undone(exchange: string): Promise<Json> {
    const way = await api('GET', `/exchanges/${exchange}/undo`);
    assert.equal(way.kind, 'some', JSON.stringify(way));
    const done = await api('POST', `/exchanges/${exchange}/undo`, { digest: way.digest });
    assert.ok(done.status < 300, JSON.stringify(done));
    return way;
  }

  test('an apply is put back field by field', async () => {
    const document = (replicas: number, image: string) =>
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: {
          replicas,
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
        },
      });
    admin(['apply', '-f', '-'], document(0, 'registry.test/one:1'));
    const before = live('deployment/web').spec;
    kubectl(gateway.kubeconfig, ['apply', '-f', '-'], document(0, 'registry.test/two:2'));
    const way = await undone(await exchangeOf('patch', 'deployments', 'web'));
    assert.ok(
      way.changes.some(({ at }: Json) => at.endsWith('/image')),
      JSON.stringify(way.changes),
    );
    assert.deepEqual(live('deployment/web').spec, before);
  });

  test('a scale is put back by a scale', async () => {
    kubectl(gateway.kubeconfig, ['scale', 'deployment', 'web', '--replicas=2']);
    assert.equal(live('deployment/web').spec.replicas, 2);
    await undone(await exchangeOf('patch', 'deployments', 'web'));
    assert.equal(live('deployment/web').spec.replicas, 0);
  });

  test('what was deleted is there again: a secret with its values, a service with its address', async () => {
    admin(['create', 'secret', 'generic', 'db', '--from-literal=password=hunter2-canary']);
    admin(['create', 'service', 'clusterip', 'web', '--tcp=80']);
    const [secret, service] = [live('secret/db'), live('service/web')];
    kubectl(gateway.kubeconfig, ['delete', 'secret', 'db']);
    kubectl(gateway.kubeconfig, ['delete', 'service', 'web']);
    await undone(await exchangeOf('delete', 'secrets', 'db'));
    await undone(await exchangeOf('delete', 'services', 'web'));
    assert.deepEqual([live('secret/db').data, live('secret/db').type], [secret.data, secret.type]);
    assert.equal(live('service/web').spec.clusterIP, service.spec.clusterIP);
    assert.notEqual(live('secret/db').metadata.uid, secret.metadata.uid);
  });

  test('what was made is deleted, and nothing else of its name', async () => {
    kubectl(gateway.kubeconfig, ['create', 'configmap', 'made', '--from-literal=a=b']);
    const exchange = await exchangeOf('create', 'configmaps', '');
    await undone(exchange);
    assert.equal(admin(['get', 'configmaps', '-o', 'name']).includes('configmap/made\n'), false);
    const none = await api('GET', `/exchanges/${exchange}/undo`);
    assert.deepEqual([none.kind, none.why], ['none', 'what it made is gone already']);
  });
}
