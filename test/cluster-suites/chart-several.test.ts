// Two gateways of the chart on one PostgreSQL, on a real cluster: one is killed, the database restarted, and both are restarted one after the other under load, upgraded and rolled back. What callers may,
// and what operators end, is the same at both; each keeps a journal of its own, and none of it is lost.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, request } from 'undici';
import { CONSOLE_PORT, type SharedStore, shareStore } from '../support/chart-several.ts';
import { type ChartWorld, CONFIG, startChartWorld } from '../support/chart-world.ts';
import type { Cluster } from '../support/cluster.ts';
import { type ControlApi, controlApi } from '../support/control-api.ts';
import { journalOf } from '../support/journal-of.ts';
import { leftOut } from '../support/left-out.ts';
import { type Detours, persistentGet } from '../support/persistent-get.ts';
import { postgresPrograms } from '../support/postgres.ts';
import { steadyLoad } from '../support/steady-load.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const PODS = ['gw-0', 'gw-1'] as const;
type PodName = (typeof PODS)[number];
/** How many requests a second the gateways serve while they are restarted. */
const LOAD_PER_SECOND = 300;
/** How many requests gateways and caller have behind them before anything is counted. */
const WARMING = 3_000;

const programs = postgresPrograms();
const cluster =
  programs === undefined ? undefined : await sharedCluster('several gateways of the chart on a real cluster');
if (programs === undefined)
  leftOut('several gateways of the chart', 'install PostgreSQL 15 (`apt-get install postgresql`)');
else if (cluster !== undefined) describe('two gateways of the chart on PostgreSQL', () => suite(cluster, programs));

function suite(cluster: Cluster, programs: string): void {
  let world: ChartWorld;
  let shared: SharedStore;
  let values: Record<string, unknown>;
  let host: string;
  let caPem: string;
  let token: string;

  before(async () => {
    world = await startChartWorld(cluster, 'several', PODS.length);
    host = `gw.${world.namespace}.svc`;
    shared = await shareStore(cluster, world, programs);
    values = shared.values({ replicas: PODS.length, service: { type: 'NodePort' } });
    await world.release('install', values);
    world.startWorker();
    token = world.admin('-n', world.callers, 'create', 'token', 'worker', '--audience', 'sallyport').trim();
    const encoded = world.admin('-n', world.namespace, 'get', 'secret', 'gw-tls', '-o', 'jsonpath={.data.ca\\.crt}');
    caPem = Buffer.from(encoded, 'base64').toString();
  });
  after(async () => {
    await Promise.all(agents.map((agent) => agent.destroy()));
    world?.stop();
    await shared?.database.stop();
  });

  const settings = () => `/api/v1/namespaces/${world.callers}/configmaps/settings`;
  const agents: Agent[] = [];
  /** Callers of this machine, led to an address by the Service’s name. */
  const agentTo = (address: string, connections = 4) => {
    const lookup: LookupFunction = (_name, _options, done) => done(null, [{ address, family: 4 }]);
    const agent = new Agent({ connections, connect: { ca: caPem, lookup } });
    agents.push(agent);
    return agent;
  };
  const addressOf = (pod: PodName) =>
    world.admin('-n', world.namespace, 'get', 'pod', pod, '-o', 'jsonpath={.status.podIP}');
  const statusAt = async (pod: PodName) => {
    const dispatcher = agentTo(addressOf(pod));
    const headers = { authorization: `Bearer ${token}` };
    const { statusCode, body } = await request(`https://${host}:8444${settings()}`, { dispatcher, headers });
    await body.dump();
    await dispatcher.close();
    return statusCode;
  };
  const controlAt = (pod: PodName): ControlApi => {
    const dispatcher = agentTo(addressOf(pod));
    return controlApi(
      () => `https://${host}:${CONSOLE_PORT}`,
      () => dispatcher,
    );
  };
  const verified = () => {
    for (const pod of PODS) {
      assert.match(world.inGateway(pod, 'sallyport', 'journal', 'verify', ...CONFIG), /whole|verified|events/);
    }
  };
  const journal = (pod: PodName) =>
    journalOf(join(cluster.folder, `volumes/several-${PODS.indexOf(pod)}/data/journal`));
  /** Sets a stop at one gateway, sees it hold at the other, and lifts it there. */
  const stopAndLift = async (at: PodName, other: PodName) => {
    const body = { what: 'caller', value: world.subject, reason: 'tried' };
    const { status, body: kill } = await controlAt(at)(shared.operator, 'POST', '/kills', body);
    assert.equal(status, 201, JSON.stringify(kill));
    while ((await statusAt(other)) !== 403);
    const lifted = await controlAt(other)(shared.operator, 'DELETE', `/kills/${kill.id}`);
    assert.equal(lifted.status, 200, JSON.stringify(lifted.body));
    for (const pod of PODS) while ((await statusAt(pod)) !== 200);
  };

  test('both serve by one certificate and one store, each with a journal of its own', async () => {
    assert.deepEqual(await Promise.all(PODS.map(statusAt)), [200, 200]);
    await stopAndLift('gw-0', 'gw-1');
    for (const pod of PODS) assert.ok((await journal(pod)).some(({ type }) => type === 'exchange.begun'));
    verified();
  });

  test('one is killed: callers go on at the other, and the killed one goes on with its journal', async () => {
    const seen = (await journal('gw-0')).length;
    const status = `{.status.containerStatuses[0].containerID}`;
    const id =
      world.admin('-n', world.namespace, 'get', 'pod', 'gw-0', '-o', `jsonpath=${status}`).split('//')[1] ?? '';
    const socket = join(cluster.folder, 'containerd/containerd.sock');
    execFileSync('ctr', ['-a', socket, '-n', 'k8s.io', 'tasks', 'kill', '-s', 'SIGKILL', id], { stdio: 'pipe' });
    assert.equal(await statusAt('gw-1'), 200);
    world.admin(
      '-n',
      world.namespace,
      'wait',
      '--for=jsonpath={.status.containerStatuses[0].restartCount}=1',
      'pod/gw-0',
      '--timeout=600s',
    );
    world.admin('-n', world.namespace, 'wait', '--for=condition=Ready', 'pod/gw-0', '--timeout=600s');
    assert.equal(await statusAt('gw-0'), 200);
    assert.ok((await journal('gw-0')).length > seen);
    verified();
    await stopAndLift('gw-1', 'gw-0');
  });

  test('the database is away: what policy allows goes on at both, and stops hold again when it is back', async () => {
    await shared.database.halt();
    assert.deepEqual(await Promise.all(PODS.map(statusAt)), [200, 200]);
    await shared.database.start();
    for (const pod of PODS) {
      const who = controlAt(pod);
      while ((await who(shared.operator, 'GET', '/kills')).status !== 200);
    }
    await stopAndLift('gw-0', 'gw-1');
  });

  test(`a rolling restart, an upgrade and a rollback under ${LOAD_PER_SECOND} requests a second lose none`, async (t) => {
    // As docs/how-to/upgrade.md begins.
    const backup = '/var/lib/sallyport/data/before.store';
    world.inGateway('gw-0', 'sallyport', 'store', 'backup', backup, ...CONFIG);
    const printed = `process.stdout.write(require('node:fs').readFileSync('${backup}'))`;
    assert.match(world.inGateway('gw-0', '/usr/bin/node', '-e', printed), /^\{"format":"sallyport-store\/1"\}\n/);
    const inNamespace = ['-n', world.namespace];
    const port = `jsonpath={.spec.ports[?(@.port==8444)].nodePort}`;
    const nodePort = world.admin(...inNamespace, 'get', 'service', 'gw', '-o', port);
    const url = `https://${new URL(cluster.server).hostname}:${nodePort}${settings()}`;
    const agent = new HttpsAgent({ keepAlive: true, maxSockets: 50, ca: caPem, servername: host });
    const detours: Detours = { told: 0, ended: 0 };
    const load = steadyLoad(LOAD_PER_SECOND, async () => {
      const headers = { authorization: `Bearer ${token}` };
      const { status, said } = await persistentGet(url, { agent, headers }, detours);
      return status === 200 ? undefined : `${status} ${said}`;
    });
    let calmP99Ms: number | undefined;
    const told = (what: string) => {
      const { failures, count, perSecond, p50Ms, p99Ms } = load.soFar();
      calmP99Ms ??= p99Ms;
      t.diagnostic(
        `${what}: ${count} requests, ${perSecond.toFixed(0)} a second, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (${(p99Ms - calmP99Ms).toFixed(1)} ms added), ${failures.length} failed; until then ${detours.told} were told to come again, ${detours.ended} kept connections ended first`,
      );
      assert.ok(count > 0);
      return failures;
    };
    const failures: string[] = [];
    try {
      await load.untilAnswered(WARMING);
      failures.push(...load.soFar().failures);
      await load.untilAnswered(10 * LOAD_PER_SECOND);
      failures.push(...told('before'));
      await world.adminMeanwhile(...inNamespace, 'rollout', 'restart', 'statefulset/gw');
      await world.adminMeanwhile(...inNamespace, 'rollout', 'status', 'statefulset/gw', '--timeout=600s');
      failures.push(...told('a rolling restart'));
      await world.release('upgrade', values, '--set', 'config.limits.requestsPerCallerMax=70');
      failures.push(...told('an upgrade'));
      await world.rollback(1);
      failures.push(...told('a rollback'));
    } finally {
      failures.push(...(await load.stop()).failures);
      agent.destroy();
    }
    assert.deepEqual(failures, []);
    verified();
  });
}
