import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { requestInfo } from '../../src/connectors/kubernetes/request/request-info.ts';
import { Refusal } from '../../src/model/refusal.ts';
import type { AuditEvent } from '../support/audit-log.ts';
import { type Cluster, clusterAvailability, startCluster } from '../support/cluster.ts';
import { leftOut } from '../support/left-out.ts';
import { requestInfoVectors } from '../support/vectors.ts';

/** Nobody who may do anything: each request is read, written to the audit log, and forbidden. */
const NOBODY = 'nobody@example.test';
const AT_ONCE = 16;

test('T11 T13 T14 T15 T16 T19: the API server’s audit log tells each operation as the gateway reads it', {
  timeout: 300_000,
}, async () => {
  const { controlPlane, why } = clusterAvailability();
  if (!controlPlane) return leftOut('the API server’s audit log beside the parser', why.join('; '));
  const cluster = await startCluster({ node: false });
  try {
    const asked = requestInfoVectors().vectors.flatMap(({ method, uri }, i) => toAsked(method, uri, `vector-${i}`));
    assert.ok(asked.length > 4000, String(asked.length));
    const log = cluster.auditLog();
    await sendAll(cluster, asked);
    const last = asked.at(-1)?.id;
    await log.eventsUntil(({ auditID }) => auditID === last);
    const events = new Map(log.events().map((event) => [event.auditID, event]));
    for (const { id, method, uri, info } of asked) {
      const event = events.get(id);
      assert.ok(event !== undefined, `no event of ${method} ${uri}`);
      assert.deepEqual(toldBy(event), expected(uri, info), `${method} ${uri}`);
    }
  } finally {
    cluster.stop();
  }
});

type Info = ReturnType<typeof requestInfo>;

interface Asked {
  readonly id: string;
  readonly method: string;
  readonly uri: string;
  readonly info: Info;
}

function toAsked(method: string, uri: string, id: string): Asked[] {
  try {
    return [{ id, method, uri, info: requestInfo(method, uri) }];
  } catch (thrown) {
    if (thrown instanceof Refusal) return [];
    throw thrown;
  }
}

function toldBy({ verb, requestURI, objectRef }: AuditEvent): unknown {
  return { verb, requestURI, objectRef };
}

function expected(uri: string, info: Info): unknown {
  const { verb, resource, namespace, name, apiGroup, apiVersion, subresource } = info;
  const fields = Object.entries({ resource, namespace, name, apiGroup, apiVersion, subresource }).filter(
    ([, value]) => value !== '',
  );
  return { verb, requestURI: uri, objectRef: info.isResourceRequest ? Object.fromEntries(fields) : undefined };
}

/** Sends the very request targets, {@link AT_ONCE} at a time; the last one last. */
async function sendAll(cluster: Cluster, asked: readonly Asked[]): Promise<void> {
  cluster.certificateKubeconfig(join(cluster.folder, 'nobody.kubeconfig'), NOBODY, []);
  const pem = (end: string) => readFileSync(join(cluster.folder, 'pki', `caller-${NOBODY}.${end}`));
  const agent = new Agent({
    keepAlive: true,
    maxSockets: AT_ONCE,
    ca: cluster.caPem,
    cert: pem('crt'),
    key: pem('key'),
  });
  const rest = asked.slice(0, -1).values();
  const worker = async () => {
    for (const each of rest) await send(cluster, agent, each);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await send(cluster, agent, asked.at(-1) as Asked);
  agent.destroy();
}

function send(cluster: Cluster, agent: Agent, { id, method, uri }: Asked): Promise<number> {
  const { hostname, port } = new URL(cluster.server);
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent, hostname, port, method, path: uri, headers: { 'audit-id': id, 'content-length': 0 } },
      (reply) => {
        reply.resume().on('end', () => resolve(reply.statusCode ?? 0));
      },
    );
    sent.on('error', reject).end();
  });
}
