import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf, operationOf } from '../../../test/support/operation.ts';
import { Refusal } from '../../model/refusal.ts';
import { Rejection } from '../../model/rejection.ts';
import { bytesSource } from '../../std/byte-source.ts';
import { createProbe, PROBE_LIMITS } from './probe.ts';
import type { Upstream, UpstreamRequest } from './upstream/upstream.ts';

interface Answered {
  readonly status?: number;
  readonly body: string;
}

/** An upstream that answers from a table, and what it was asked. */
function upstreamOf(answers: (request: UpstreamRequest) => Answered | Refusal) {
  const asked: UpstreamRequest[] = [];
  const upstream: Upstream = {
    async send(request) {
      asked.push(request);
      const answer = answers(request);
      if (answer instanceof Refusal) throw answer;
      return { kind: 'unary', status: answer.status ?? 200, headers: [], body: bytesSource(Buffer.from(answer.body)) };
    },
    upgrade: async () => assert.fail('a probe never upgrades'),
    close: async () => {},
  };
  return { upstream, asked };
}

function probeOf(answers: (request: UpstreamRequest) => Answered | Refusal) {
  const time = { nowMs: 0 };
  const { upstream, asked } = upstreamOf(answers);
  const clock = { now: () => time.nowMs, monotonic: () => time.nowMs };
  return {
    probe: createProbe({
      reader: upstream,
      upstream,
      upstreamIdentity: 'caller',
      clock,
      podSecrets: new Set(['shop']),
    }),
    asked,
    time,
  };
}

const caller = callerOf({ subject: 'dev', groups: ['ops'] });
const exec = operationOf({ method: 'GET', uri: '/api/v1/namespaces/shop/pods/web/exec?command=ls' });
const scale = operationOf({ method: 'GET', uri: '/apis/apps/v1/namespaces/shop/deployments/web/scale' });
const patch = operationOf({
  method: 'PATCH',
  uri: '/api/v1/namespaces/shop/configmaps/a?fieldManager=x&dryRun=All',
  mediaType: 'application/merge-patch+json',
  body: { data: { a: 'b' } },
});

test('a server that is not the API server itself is not known to take dry runs', async () => {
  const rows: readonly (readonly [string, Answered, boolean])[] = [
    ['apps', { status: 404, body: '{}' }, true],
    ['x.example', { status: 404, body: '{}' }, false],
    ['x.example', { body: '{"spec":{"group":"x.example","service":{"name":"s"}}}' }, false],
    ['x.example', { body: '{"spec":{"group":"x.example"}}' }, true],
  ];
  for (const [apiGroup, answer, expected] of rows)
    assert.equal(await probeOf(() => answer).probe.takesDryRuns({ apiGroup, apiVersion: 'v1' }), expected, apiGroup);
});

test('the live object is looked up, also where the operation is on a subresource of it', async () => {
  const { probe, asked } = probeOf(() => ({ body: '{"kind":"Deployment"}' }));
  assert.deepEqual(await probe.existing(scale, caller), { kind: 'Deployment' });
  assert.deepEqual(
    asked.map(({ method, uri, identity }) => [method, uri, identity]),
    [['GET', '/apis/apps/v1/namespaces/shop/deployments/web', undefined]],
  );
});

test('the result of a patch is the same patch as a dry run, once, in the caller’s own name', async () => {
  const { probe, asked } = probeOf(() => ({ body: '{"data":{"a":"b"}}' }));
  assert.deepEqual(await probe.result(patch, caller), { data: { a: 'b' } });
  assert.deepEqual(asked[0]?.uri, '/api/v1/namespaces/shop/configmaps/a?fieldManager=x&dryRun=All');
  assert.deepEqual(asked[0]?.identity, { subject: 'dev', groups: ['ops'] });
  assert.equal(asked[0]?.body?.toString(), '{"data":{"a":"b"}}');
});

test('services are those whose endpoint slices hold the pod', async () => {
  const slice = (service: string, pod: string) => ({
    metadata: { labels: { 'kubernetes.io/service-name': service } },
    endpoints: [{ targetRef: { kind: 'Pod', name: pod } }],
  });
  const { probe } = probeOf(() => ({
    body: JSON.stringify({ items: [slice('front', 'web'), slice('back', 'api'), {}, { endpoints: [null, 1] }] }),
  }));
  assert.deepEqual(await probe.services(exec, caller), ['front']);
});

const UNKNOWN: readonly (readonly [string, Answered | Refusal])[] = [
  ['upstream cannot be reached', new Refusal('UPSTREAM_UNREACHABLE', 'x')],
  ['it takes too long', new Refusal('UPSTREAM_TIMEOUT', 'x')],
  ['the reader may not see it', { status: 403, body: '{}' }],
  ['a webhook refuses dry runs', { status: 400, body: '{}' }],
  ['the answer is no JSON', { body: 'x' }],
  ['the answer is no object', { body: '[]' }],
  ['the answer is too large', { body: `{"a":"${'x'.repeat(PROBE_LIMITS.answerBytesMax)}"}` }],
];

for (const [name, answer] of UNKNOWN) {
  test(`a fact is unknown where ${name}`, async () => {
    const { probe } = probeOf(() => answer);
    const facts = [
      probe.existing(scale, caller),
      probe.result(patch, caller),
      probe.pod(exec, caller),
      probe.namespaceLabels(exec, caller),
      probe.services(exec, caller),
    ];
    assert.deepEqual(new Set(await Promise.all(facts)), new Set(['unknown']));
  });
}

test('why the target rejects a dry run is told in its own words, bounded', async () => {
  const { probe } = probeOf(() => ({
    status: 422,
    body: JSON.stringify({ kind: 'Status', message: `spec: ${'x'.repeat(5_000)}` }),
  }));
  const result = await probe.result(patch, caller);
  assert.ok(result instanceof Rejection);
  assert.match(result.message, /^spec: x+…$/);
  assert.equal(await probe.existing(scale, caller), 'unknown');
});

test('what is not there is known not to be there', async () => {
  const { probe } = probeOf(() => ({ status: 404, body: '{}' }));
  assert.equal(await probe.pod(exec, caller), null);
  assert.equal(await probe.namespaceLabels(exec, caller), null);
});

test('labels are kept for their time; pods, objects and what was unknown are not', async () => {
  let status = 500;
  const { probe, asked, time } = probeOf(() => ({ status, body: '{"metadata":{"labels":{"team":"a"}}}' }));
  assert.equal(await probe.namespaceLabels(exec, caller), 'unknown');
  status = 200;
  for (let i = 0; i < 5; i++) assert.deepEqual(await probe.namespaceLabels(exec, caller), { team: 'a' });
  assert.equal(asked.length, 2);
  time.nowMs += PROBE_LIMITS.keptMs;
  await probe.namespaceLabels(exec, caller);
  assert.equal(asked.length, 3);
  await probe.pod(exec, caller);
  await probe.pod(exec, caller);
  assert.equal(asked.length, 5);
});

const log = operationOf({ method: 'GET', uri: '/api/v1/namespaces/shop/pods/web/log' });
const POD = JSON.stringify({
  spec: { containers: [{ envFrom: [{ secretRef: { name: 'db' } }, { secretRef: { name: 'gone' } }] }] },
});

test('the Secrets of a pod are looked up in namespaces that are opted in, and nothing is asked in others', async () => {
  const { probe, asked } = probeOf(({ uri }) => {
    if (uri.endsWith('/pods/web')) return { body: POD };
    return uri.endsWith('/secrets/db') ? { body: '{"data":{"p":"aHVudGVyMg=="}}' } : { status: 404, body: '{}' };
  });
  assert.deepEqual(await probe.podSecrets(log), {
    secrets: [
      { name: 'db', values: [Buffer.from('hunter2')] },
      { name: 'gone', values: [] },
    ],
    failed: [],
  });
  assert.deepEqual(
    asked.map(({ uri, identity }) => [uri, identity]),
    ['pods/web', 'secrets/db', 'secrets/gone'].map((path) => [`/api/v1/namespaces/shop/${path}`, undefined]),
  );
  const elsewhere = operationOf({ method: 'GET', uri: '/api/v1/namespaces/other/pods/web/log' });
  assert.deepEqual(await probe.podSecrets(elsewhere), { secrets: [], failed: [] });
  assert.equal(asked.length, 3);
});

test('what of a pod’s Secrets cannot be looked up is told', async () => {
  const denied = probeOf(({ uri }) => (uri.endsWith('/pods/web') ? { body: POD } : { status: 403, body: '{}' }));
  assert.deepEqual((await denied.probe.podSecrets(log)).failed, ['secret shop/db', 'secret shop/gone']);
  const broken = probeOf(() => ({ status: 500, body: '' }));
  assert.deepEqual(await broken.probe.podSecrets(log), { secrets: [], failed: ['pod shop/web'] });
  const none = probeOf(() => ({ status: 404, body: '{}' }));
  assert.deepEqual(await none.probe.podSecrets(log), { secrets: [], failed: [] });
  const volumes = Array.from({ length: PROBE_LIMITS.podSecretsMax + 1 }, (_, at) => ({
    secret: { secretName: `s${at}` },
  }));
  const many = probeOf(() => ({ body: JSON.stringify({ spec: { volumes } }) }));
  assert.deepEqual((await many.probe.podSecrets(log)).failed, ['65 secrets of pod shop/web']);
});

test('of a burst of look-ups so many are under way at once, and one that has waited too long is given up', async () => {
  const many = PROBE_LIMITS.atOnceMax + 10;
  const { probe, time } = probeOf(() => ({ body: '{}' }));
  const ends: (() => void)[] = [];
  const slow: Upstream = {
    send: async () => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return { kind: 'unary', status: 200, headers: [], body: bytesSource(Buffer.from('{}')) };
    },
    upgrade: async () => assert.fail('a probe never upgrades'),
    close: async () => {},
  };
  const clock = { now: () => time.nowMs, monotonic: () => time.nowMs };
  const slowly = createProbe({
    reader: slow,
    upstream: slow,
    upstreamIdentity: 'caller',
    clock,
    podSecrets: new Set(),
  });
  const asked = Array.from({ length: many }, () => slowly.pod(exec, caller));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ends.length, PROBE_LIMITS.atOnceMax);
  time.nowMs += PROBE_LIMITS.waitMaxMs + 1;
  for (const end of ends.splice(0)) end();
  const facts = await Promise.all(asked);
  assert.deepEqual([facts.filter((fact) => fact === 'unknown').length, ends.length], [10, 0]);
  assert.deepEqual(await probe.pod(exec, caller), {});
});
