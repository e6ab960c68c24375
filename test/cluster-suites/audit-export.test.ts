// The journal as `audit.k8s.io/v1` beside the API server's own audit log of the same requests: who, what, of which object, answered how, at which stage.

import assert from 'node:assert/strict';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { Formatter } from '../../src/recording/formats/formatter.ts';
import { readSegments } from '../../src/recording/read-segments.ts';
import { segmentName, segmentNumbers } from '../../src/recording/segment-name.ts';
import type { AuditEvent } from '../support/audit-log.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront, UPSTREAM_USER } from '../support/gateway.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const cluster = await sharedCluster('the journal as audit events beside a real audit log');
if (cluster !== undefined) suite(cluster);

const MAPS = '/api/v1/namespaces/default/configmaps';
const map = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'told' }, data: { a: 'b' } });
const review = JSON.stringify({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
});
const MERGE = 'application/merge-patch+json';

/** One of each kind; those that fail among them. */
const REQUESTS: readonly (readonly [
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  uri: string,
  body?: string,
  type?: string,
])[] = [
  ['GET', '/version'],
  ['GET', `${MAPS}?limit=2&labelSelector=a%3Db`],
  ['POST', MAPS, map],
  ['POST', MAPS, map],
  ['GET', `${MAPS}/told`],
  ['PATCH', `${MAPS}/told?fieldManager=t`, '{"data":{"a":"c"}}', MERGE],
  ['PATCH', `${MAPS}/told`, '{"data":5}', MERGE],
  ['GET', `${MAPS}?watch=1&timeoutSeconds=1`],
  ['DELETE', `${MAPS}/told`],
  ['GET', `${MAPS}/told`],
  ['GET', '/apis/apps/v1/deployments?limit=1'],
  ['GET', '/api/v1/namespaces/default/pods/nobody/log'],
  ['GET', '/api/v1/namespaces/default'],
  ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review],
];

function suite(real: Cluster): void {
  let gateway: GatewayInFront;
  let agent: Agent;
  before(async () => {
    await bindCaller(real);
    gateway = await startGatewayInFront(real);
    agent = new Agent({ connect: { ca: readFileSync(gateway.caFile, 'utf8') } });
  });
  after(async () => {
    await agent?.destroy();
    await gateway?.stop();
  });

  test('each request is told by both alike', async () => {
    const log = real.auditLog();
    const token = readFileSync(gateway.tokenFile, 'utf8').trim();
    for (const [method, uri, body, type = 'application/json'] of REQUESTS) {
      const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) };
      const url = `https://127.0.0.1:${gateway.targetPort}${uri}`;
      const reply = await request(url, { method, dispatcher: agent, headers, body: body ?? null });
      await reply.body.text();
    }
    let ours: readonly AuditEvent[] = [];
    while (ours.length < REQUESTS.length) {
      ours = (await told(gateway.journalFolder)).filter(({ stage }) => stage === 'ResponseComplete');
      await pause(50);
    }
    const own = ({ user, impersonatedUser }: AuditEvent) =>
      user.username === UPSTREAM_USER && impersonatedUser?.username === CALLER.user;
    let left = ours.map((event) => line(event, event.user));
    for (let tries = 0; left.length > 0 && tries < 100; tries++) {
      const theirs = log.events().filter((event) => own(event) && event.stage === 'ResponseComplete');
      const lines = theirs.map((event) => line(event, event.impersonatedUser as AuditEvent['user']));
      left = ours.map((event) => line(event, event.user)).filter((each) => !lines.includes(each));
      await pause(50);
    }
    assert.deepEqual(left, []);
    assert.deepEqual(
      [...new Set(ours.map(({ responseStatus }) => responseStatus?.code))].sort(),
      [200, 201, 404, 409, 422],
    );
  });
}

async function told(folder: string): Promise<readonly AuditEvent[]> {
  const sources = segmentNumbers(readdirSync(folder)).map((number) => ({
    name: segmentName(number),
    chunks: createReadStream(join(folder, segmentName(number))),
  }));
  const formatter = new Formatter('audit');
  const events: AuditEvent[] = [];
  for await (const batch of readSegments(sources))
    for (const event of batch) {
      const record = formatter.take(event);
      if (record !== undefined) events.push(JSON.parse(record.text));
    }
  return events;
}

/** What both tell. The server puts everybody who is known into a group, and takes the name of what is created from its body. */
function line(
  { verb, requestURI, objectRef = {}, responseStatus, stage }: AuditEvent,
  user: AuditEvent['user'],
): string {
  const url = new URL(requestURI, 'https://x');
  url.searchParams.sort();
  const groups = (user.groups ?? []).filter((group) => group !== 'system:authenticated').sort();
  assert.deepEqual(groups, [...CALLER.groups].sort());
  const { resource, namespace, apiGroup, apiVersion, subresource } = objectRef;
  const name = verb === 'create' ? undefined : objectRef.name;
  const object = [resource, subresource, namespace, name, apiGroup, apiVersion].map((part) => part ?? '-').join(' ');
  return `${stage} ${verb} ${url.pathname}?${url.searchParams} ${user.username} ${object} ${responseStatus?.code}`;
}
