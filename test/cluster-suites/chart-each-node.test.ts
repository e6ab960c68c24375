// The chart's DaemonSet on a real cluster of two nodes: on each a gateway for the pods of that node, its journal in a folder of the node, which outlives every pod that writes it.

import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type SharedStore, shareStore } from '../support/chart-several.ts';
import { type ChartWorld, CONFIG, startChartWorld } from '../support/chart-world.ts';
import type { Cluster } from '../support/cluster.ts';
import { addNode, type ClusterNode, hostPathOf, nodesOf } from '../support/cluster-node.ts';
import { journalOf } from '../support/journal-of.ts';
import { leftOut } from '../support/left-out.ts';
import { postgresPrograms } from '../support/postgres.ts';
import { sharedCluster } from '../support/test-cluster.ts';

/** Of the image’s user. */
const NONROOT = 65_532;
/** The label of the nodes that a gateway is on. */
const LABEL = 'sallyport.test/gateway';

const programs = postgresPrograms();
const cluster = programs === undefined ? undefined : await sharedCluster('a gateway of the chart on each node');
if (programs === undefined)
  leftOut('a gateway of the chart on each node', 'install PostgreSQL 15 (`apt-get install postgresql`)');
else if (cluster !== undefined) describe('a gateway of the chart on each node', () => suite(cluster, programs));

function suite(cluster: Cluster, programs: string): void {
  let world: ChartWorld;
  let shared: SharedStore;
  let values: Record<string, unknown>;
  let second: Awaited<ReturnType<typeof addNode>>;
  let nodes: readonly [ClusterNode, ClusterNode];

  before(async () => {
    second = await addNode(cluster, 2);
    nodes = nodesOf(cluster) as typeof nodes;
    assert.deepEqual(
      nodes.map(({ name }) => name),
      ['node-1', 'node-2'],
    );
    for (const node of nodes) rmSync(folderOf(node), { recursive: true, force: true });
    world = await startChartWorld(cluster, 'each-node', 0);
    world.admin('label', 'nodes', '--all', `${LABEL}=here`, '--overwrite');
    shared = await shareStore(cluster, world, programs);
    values = shared.values({
      mode: 'daemonset',
      persistence: { hostPath: join(hostPathOf(cluster), 'each-node') },
      nodeSelector: { [LABEL]: 'here' },
      podWebhook: { enabled: true, replicas: 1 },
    });
    await world.release('install', values);
    world.startWorker(...nodes.map(({ name }) => name));
  });
  after(async () => {
    world?.stop();
    second?.end();
    await shared?.database.stop();
  });

  /** The names of the gateways’ pods on a node. */
  const podsOn = ({ name }: ClusterNode) => {
    const selected = ['-l', 'app.kubernetes.io/name=sallyport', '--field-selector', `spec.nodeName=${name}`];
    return world
      .admin('-n', world.namespace, 'get', 'pods', ...selected, '-o', 'jsonpath={.items[*].metadata.name}')
      .split(' ')
      .filter((pod) => pod !== '');
  };
  const podOn = (node: ClusterNode) => {
    const [name, ...more] = podsOn(node);
    assert.ok(name !== undefined && more.length === 0, `one on ${node.name}`);
    return name;
  };
  /** Resolves once another pod than the named one serves on a node. */
  const untilAnother = async (node: ClusterNode, before: string) => {
    let name: string | undefined;
    while (name === undefined) {
      await pause(100);
      name = podsOn(node).find((one) => one !== before);
    }
    world.admin('-n', world.namespace, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=600s');
    await world.untilLed();
  };
  const folderOf = ({ host }: ClusterNode) => join(host, 'each-node');
  /** How many exchanges the journal of a node tells of. */
  const exchanges = async (node: ClusterNode) => {
    const events = await journalOf(join(folderOf(node), 'data/journal'));
    return events.filter(({ type }) => type === 'exchange.begun').length;
  };
  const workerOn = ({ name }: ClusterNode) => `worker-on-${name}`;
  const readsOn = (node: ClusterNode) => {
    const { status, stdout, stderr } = world.read(workerOn(node));
    assert.deepEqual([status, stdout], [0, 'blue'], stderr);
  };
  /** What a read on `node` adds to its journal and to the other’s. */
  const added = async (node: ClusterNode, other: ClusterNode) => {
    const [own, others] = [await exchanges(node), await exchanges(other)];
    readsOn(node);
    return [(await exchanges(node)) > own, (await exchanges(other)) > others];
  };
  const verifiedOn = (node: ClusterNode) =>
    assert.match(world.inGateway(podOn(node), 'sallyport', 'journal', 'verify', ...CONFIG), /whole|verified|events/);

  test('pods of a node reach the gateway of their node and no other, whose folder is its own', async () => {
    const asked = ['get', 'service', 'gw', '-o', 'jsonpath={.spec.internalTrafficPolicy}'];
    assert.equal(world.admin('-n', world.namespace, ...asked), 'Local');
    const [first, second] = nodes;
    for (let again = 0; again < 4; again++)
      for (const [node, other] of [nodes, [second, first]] as const)
        assert.deepEqual(await added(node, other), [true, false], node.name);
    for (const node of nodes) {
      assert.deepEqual(
        [statSync(folderOf(node)).uid, existsSync(join(folderOf(node), 'data/journal'))],
        [NONROOT, true],
      );
      verifiedOn(node);
    }
  });

  test('a gateway’s pod is killed and another comes: the callers of its node go on, and so does its journal', async () => {
    const [first, second] = nodes;
    const [before, seen] = [podOn(second), await exchanges(second)];
    world.admin('-n', world.namespace, 'delete', 'pod', before, '--grace-period=0', '--force');
    readsOn(first);
    await untilAnother(second, before);
    readsOn(second);
    assert.ok((await exchanges(second)) > seen);
    verifiedOn(second);
  });

  test('a node’s gateway is gone: its pods reach no other, those of the other node go on, and its journal waits in its folder', async () => {
    const [first, second] = nodes;
    const gone = podOn(second);
    world.admin('label', 'node', second.name, `${LABEL}-`);
    world.admin('-n', world.namespace, 'wait', '--for=delete', `pod/${gone}`, '--timeout=600s');
    const seen = await exchanges(second);
    assert.ok(seen > 0);
    const settings = ['get', 'configmap', 'settings', '--request-timeout=5s'];
    while (world.inPod(workerOn(second), '/tools/kubectl', ...settings).status === 0) await pause(100);
    const others = await exchanges(first);
    assert.notEqual(world.inPod(workerOn(second), '/tools/kubectl', ...settings).status, 0);
    assert.equal(await exchanges(first), others);
    assert.deepEqual(await added(first, second), [true, false]);

    world.admin('label', 'node', second.name, `${LABEL}=here`);
    await untilAnother(second, gone);
    readsOn(second);
    assert.ok((await exchanges(second)) > seen);
    verifiedOn(second);
  });

  test('an upgrade and a rollback keep the journals and the callers', async () => {
    const pods = () => nodes.map(podOn);
    const changed = async (change: () => Promise<void>) => {
      const before = pods();
      await change();
      for (const [i, pod] of pods().entries()) assert.notEqual(pod, before[i]);
    };
    const seen = await Promise.all(nodes.map(exchanges));
    await changed(() => world.release('upgrade', values, '--set', 'config.limits.requestsPerCallerMax=70'));
    for (const node of nodes) readsOn(node);
    await changed(() => world.rollback(1));
    for (const [i, node] of nodes.entries()) {
      readsOn(node);
      assert.ok((await exchanges(node)) > (seen[i] ?? 0));
      verifiedOn(node);
    }
  });
}
