// The chart's DaemonSet on a real cluster: a gateway on the node for the pods of that node, its journal in a folder of the node, which outlives every pod that writes it.

import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type SharedStore, shareStore } from '../support/chart-several.ts';
import { type ChartWorld, CONFIG, startChartWorld } from '../support/chart-world.ts';
import type { Cluster } from '../support/cluster.ts';
import { journalOf } from '../support/journal-of.ts';
import { leftOut } from '../support/left-out.ts';
import { postgresPrograms } from '../support/postgres.ts';
import { sharedCluster } from '../support/test-cluster.ts';

/** Of the image’s user. */
const NONROOT = 65_532;

const programs = postgresPrograms();
const cluster = programs === undefined ? undefined : await sharedCluster('a gateway of the chart on each node');
if (programs === undefined)
  leftOut('a gateway of the chart on each node', 'install PostgreSQL 15 (`apt-get install postgresql`)');
else if (cluster !== undefined) describe('a gateway of the chart on each node', () => suite(cluster, programs));

function suite(cluster: Cluster, programs: string): void {
  const hostPath = join(cluster.folder, 'volumes/each-node');
  let world: ChartWorld;
  let shared: SharedStore;
  let values: Record<string, unknown>;

  before(async () => {
    rmSync(hostPath, { recursive: true, force: true });
    world = await startChartWorld(cluster, 'each-node', 0);
    shared = await shareStore(cluster, world, programs);
    values = shared.values({
      mode: 'daemonset',
      persistence: { hostPath },
      podWebhook: { enabled: true, replicas: 1 },
    });
    await world.release('install', values);
    world.startWorker();
  });
  after(async () => {
    world?.stop();
    await shared?.database.stop();
  });

  const pods = () => {
    const selected = ['-l', 'app.kubernetes.io/name=sallyport', '-o', 'jsonpath={.items[*].metadata.name}'];
    return world
      .admin('-n', world.namespace, 'get', 'pods', ...selected)
      .split(' ')
      .filter((name) => name !== '');
  };
  const pod = () => {
    const [name, ...more] = pods();
    assert.ok(name !== undefined && more.length === 0, 'one on the one node');
    return name;
  };
  /** The pod that stands where another stood, once it serves. */
  const untilAnother = async (before: string) => {
    let name: string | undefined;
    while (name === undefined) {
      await pause(100);
      name = pods().find((one) => one !== before);
    }
    world.admin('-n', world.namespace, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=600s');
    await world.untilLed();
  };
  const events = async () => (await journalOf(join(hostPath, 'data/journal'))).length;
  const reads = () => {
    const { status, stdout, stderr } = world.read();
    assert.deepEqual([status, stdout], [0, 'blue'], stderr);
  };
  const verified = () =>
    assert.match(world.inGateway(pod(), 'sallyport', 'journal', 'verify', ...CONFIG), /whole|verified|events/);

  test('pods of the node reach the gateway of the node, whose folder is its own', async () => {
    reads();
    const asked = ['get', 'service', 'gw', '-o', 'jsonpath={.spec.internalTrafficPolicy}'];
    const policy = world.admin('-n', world.namespace, ...asked);
    assert.equal(policy, 'Local');
    assert.deepEqual([statSync(hostPath).uid, existsSync(join(hostPath, 'data/journal'))], [NONROOT, true]);
    assert.ok((await events()) > 0);
    verified();
  });

  test('its pod is killed and another comes: callers go on, and so does the journal', async () => {
    const [before, seen] = [pod(), await events()];
    world.admin('-n', world.namespace, 'delete', 'pod', before, '--grace-period=0', '--force');
    await untilAnother(before);
    reads();
    assert.ok((await events()) > seen);
    verified();
  });

  test('an upgrade and a rollback keep the journal and the callers', async () => {
    const [before, seen] = [pod(), await events()];
    await world.release('upgrade', values, '--set', 'config.limits.requestsPerCallerMax=70');
    const upgraded = pod();
    assert.notEqual(upgraded, before);
    reads();
    await world.rollback(1);
    assert.notEqual(pod(), upgraded);
    reads();
    assert.ok((await events()) > seen);
    verified();
  });
}
