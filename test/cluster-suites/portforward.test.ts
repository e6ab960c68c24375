// T41: ports are allowed and denied where real clients name them, in the streams that they open: kubectl 1.30 does so in SPDY, kubectl 1.35 in SPDY
// inside of a WebSocket.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { ExchangeBegun, ExchangeEnded } from '../../src/recording/event.ts';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { journalOf } from '../support/journal-of.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const run = promisify(execFile);
const WAIT_MS_MAX = 30_000;
/** Namespaces, in each a pod that serves on ports 8080 and 9090, and what the rules leave of them. */
const NAMESPACES = ['ports-allowed', 'ports-denied'] as const;

const cluster = await sharedCluster('port-forwards that a policy limits to ports');
if (cluster !== undefined) suite(cluster);

function suite(cluster: Cluster): void {
  describe('T41: a port-forward is held to its ports', () => {
    let gateway: GatewayInFront;
    let admin: (...args: string[]) => Promise<unknown>;
    before(async () => {
      const kubectl = join(await clientNamed('kubectl-1.35').prepare(), 'kubectl');
      admin = (...args) => run(kubectl, ['--kubeconfig', cluster.adminKubeconfig(), ...args]);
      await bindCaller(cluster);
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-ports-'));
      writeFileSync(join(folder, 'pods.yaml'), manifest());
      await admin('apply', '-f', join(folder, 'pods.yaml'));
      rmSync(folder, { recursive: true });
      for (const namespace of NAMESPACES)
        await admin('-n', namespace, 'wait', '--for=condition=Ready', 'pod/web', '--timeout=60s');
      gateway = await startGatewayInFront(cluster, { policy: [policy], openGuards: [] });
    });
    after(async () => {
      await admin('delete', 'namespace', ...NAMESPACES, '--wait=false', '--ignore-not-found');
      await gateway?.stop();
    });

    for (const [client, method] of [
      ['kubectl-1.30', 'POST'],
      ['kubectl-1.35', 'GET'],
    ] as const) {
      for (const namespace of NAMESPACES) {
        test(`${client} in ${namespace}: one port passes, the other cuts the connection`, async () => {
          const program = join(await clientNamed(client).prepare(), 'kubectl');
          const forward = startForward(program, gateway.kubeconfig, namespace);
          try {
            const [open, closed] = await forward.ports;
            assert.equal(await fetched(open), 'served');
            assert.equal(await fetched(open), 'served');
            assert.equal(await fetched(closed), 'nothing');
            await forward.ended;
          } finally {
            forward.stop();
          }
          const { begun, ended } = await lastForward(gateway.journalFolder);
          assert.equal(begun.method, method);
          assert.deepEqual(ended.outcome, {
            kind: 'broken',
            code: 'DENIED_BY_RULE',
            status: 101,
            message: `the stream was cut: it was to open port 9090, and ${namespace === 'ports-allowed' ? 'the rules allow 8080 alone' : 'a rule denies it'}`,
          });
        });
      }
    }
  });
}

const policy = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'ports' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  rules: [
    { id: 'pods', effect: 'allow', verbs: ['get'], apiGroups: [''], resources: ['pods'] },
    {
      id: 'one',
      effect: 'allow',
      powers: ['portforward'],
      namespaces: ['ports-allowed'],
      portForward: { ports: [8080] },
    },
    { id: 'any', effect: 'allow', powers: ['portforward'], namespaces: ['ports-denied'] },
    {
      id: 'not',
      effect: 'deny',
      powers: ['portforward'],
      namespaces: ['ports-denied'],
      portForward: { ports: [9090] },
    },
  ],
};

const POD = {
  terminationGracePeriodSeconds: 0,
  dnsPolicy: 'Default',
  containers: [
    {
      name: 'web',
      image: 'registry.test/busybox:1',
      imagePullPolicy: 'Never',
      command: ['sh', '-c', 'echo -n served > /tmp/index.html; httpd -p 9090 -h /tmp; exec httpd -f -p 8080 -h /tmp'],
    },
  ],
};

function manifest(): string {
  const documents = NAMESPACES.flatMap((namespace) => [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace }, spec: POD },
  ]);
  return documents.map((document) => stringify(document)).join('---\n');
}

/** Two local ports, to 8080 and 9090 of the pod. */
function startForward(program: string, kubeconfig: string, namespace: string) {
  const args = ['--kubeconfig', kubeconfig, '-n', namespace, 'port-forward', '--address', '127.0.0.1', 'pod/web'];
  const child = spawn(program, [...args, ':8080', ':9090'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), WAIT_MS_MAX);
  void ended.then(() => clearTimeout(timer));
  const ports = new Promise<readonly [number, number]>((resolve, reject) => {
    const look = (text: Buffer) => {
      said += text;
      const [open, closed] = ['8080', '9090'].map(
        (port) => new RegExp(`127\\.0\\.0\\.1:(\\d+) -> ${port}`).exec(said)?.[1],
      );
      if (open !== undefined && closed !== undefined) resolve([Number(open), Number(closed)]);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void ended.then(() => reject(new Error(`kubectl ended: ${said}`)));
  });
  return { ports, ended, stop: () => child.kill('SIGKILL') };
}

async function fetched(port: number): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(WAIT_MS_MAX),
    });
    return await response.text();
  } catch {
    return 'nothing';
  }
}

/** The last port-forward, once its end is in the journal. */
async function lastForward(folder: string): Promise<{ readonly begun: ExchangeBegun; readonly ended: ExchangeEnded }> {
  for (const endMs = Date.now() + WAIT_MS_MAX; Date.now() < endMs; await pause(50)) {
    const events = await journalOf(folder);
    const begun = events.findLast(
      (event): event is ExchangeBegun => event.type === 'exchange.begun' && event.operation?.power === 'portforward',
    );
    const ended = events.findLast(
      (event): event is ExchangeEnded => event.type === 'exchange.ended' && event.exchange === begun?.exchange,
    );
    if (begun !== undefined && ended !== undefined) return { begun, ended };
  }
  throw new Error('the journal has no port-forward that has ended');
}
