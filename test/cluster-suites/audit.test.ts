// The API server's audit log is the judge of what the gateway did in a caller's name: who arrived, and what was asked. Whatever the table's
// kubectl and Python client do is told alike by the cluster's log and by our journal, no request more, none less.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { PROBE_SUBJECT } from '../../src/model/caller.ts';
import { runPart } from '../clients/run-part.ts';
import { table } from '../clients/table.ts';
import type { AuditEvent } from '../support/audit-log.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront, UPSTREAM_USER } from '../support/gateway.ts';
import { journalOf } from '../support/journal-of.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const cluster = await sharedCluster('the audit log of a real cluster beside the journal');
if (cluster !== undefined) suite(cluster);

function suite(cluster: Cluster): void {
  let gateway: GatewayInFront;
  let events: readonly AuditEvent[];
  let recorded: readonly string[];

  before(async () => {
    await bindCaller(cluster);
    // With guards that look at what a patch would make: their dry runs arrive as the caller, too.
    gateway = await startGatewayInFront(cluster, { openGuards: ['deletions'] });
    const log = cluster.auditLog();
    for (const part of table.filter(({ client }) => client === 'kubectl-1.35' || client === 'python')) {
      await runPart(part, gateway, cluster, `audit-${part.client.replaceAll('.', '-')}`);
    }
    recorded = await forwarded(gateway.journalFolder);
    // An event is written just after its answer, and that of a stream when it ends.
    for (let tries = 0; tries < 100; tries++) {
      events = arrived(log.events());
      if (events.length >= recorded.length) break;
      await pause(100);
    }
  });
  after(() => gateway?.stop());

  test('T3: every request of a caller arrives as that caller, with its groups and no others', () => {
    assert.ok(events.length > 300, `only ${events.length} events`);
    for (const { impersonatedUser, requestURI, user } of events) {
      assert.equal(user.username, UPSTREAM_USER);
      assert.equal(impersonatedUser?.username, CALLER.user, requestURI);
      assert.deepEqual(impersonatedUser?.groups, [...CALLER.groups, 'system:authenticated'], requestURI);
    }
  });

  test('the journal and the audit log tell the same requests, in Kubernetes’ own fields', () => {
    const cluster = events.map(toldByCluster);
    assert.deepEqual({ onlyByCluster: without(cluster, recorded), onlyByUs: without(recorded, cluster) }, none);
  });
}

const none = { onlyByCluster: [], onlyByUs: [] };

/** Those of `lines` that `others` does not have, each as often as it is missing. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

/** Each request of the gateway's once, without its own look-ups, which impersonate nobody, and without the question whom the cluster sees. */
function arrived(all: readonly AuditEvent[]): readonly AuditEvent[] {
  const own = all.filter(
    ({ user, impersonatedUser }) =>
      user.username === UPSTREAM_USER && impersonatedUser !== undefined && impersonatedUser.username !== PROBE_SUBJECT,
  );
  return [...new Map(own.map((event) => [event.auditID, event])).values()];
}

/** What the journal says went upstream: requests, the dry runs of patches that decisions looked at, and what was read before a delete. */
async function forwarded(folder: string): Promise<readonly string[]> {
  const all = await journalOf(folder);
  const ends = new Map(all.flatMap((event) => (event.type === 'exchange.ended' ? [[event.exchange, event]] : [])));
  return all.flatMap((event) => {
    if (event.type !== 'exchange.begun' || event.operation === undefined) return [];
    const { path, ...fields } = event.operation;
    const line = told(path, fields.resource === '' ? { verb: fields.verb } : fields);
    const end = ends.get(event.exchange);
    const request = end?.outcome.kind === 'refused' ? [] : [line];
    const facts = end?.decision?.facts ?? [];
    // What is deleted is read before, in its caller's name, so that the caller can make it anew from what it was shown.
    const read = facts.includes('deleted') ? [told(path, { ...fields, verb: 'get' })] : [];
    return [...request, ...read, ...(facts.some((fact) => fact.startsWith('result')) ? [line] : [])];
  });
}

function toldByCluster({ verb, requestURI, objectRef }: AuditEvent): string {
  const path = decodeURIComponent(requestURI.replace(/\?.*/, ''));
  // Behind a proxy the path is another program's, and the journal has none of it.
  return told(path.replace(/\/proxy\/.*/, '/proxy'), { verb, ...objectRef });
}

interface Fields {
  readonly verb: string;
  readonly apiGroup?: string;
  readonly apiVersion?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

function told(path: string, { verb, apiGroup, apiVersion, resource, subresource, namespace, name }: Fields): string {
  if (!resource) return `${verb} ${path}`;
  // The log takes the name of what is created from the body; the path, which is compared too, has none.
  const named = verb === 'create' && !subresource ? '' : name;
  return [path, verb, apiGroup, apiVersion, resource, subresource, namespace, named]
    .map((field) => field || '-')
    .join(' ');
}
