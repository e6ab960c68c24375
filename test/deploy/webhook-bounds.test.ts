// The webhook for pods holds no credential: whoever reaches it may ask, and what they ask for is bounded.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as ask } from 'node:https';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { answerReview } from '../../src/admission/answer-review.ts';
import { POD_LIMITS } from '../../src/admission/pod-limits.ts';
import { startWebhook, WEBHOOK_LIMITS } from '../../src/admission/start-webhook.ts';
import { makeCa, makeServing } from '../../src/listener/x509.ts';

const DAY_MS = 86_400_000;
/** Source: `IdleConnTimeout` of Go's default transport, with which apimachinery’s `SetTransportDefaults` leaves a webhook’s client. */
const API_SERVER_KEEPS_MS = 90_000;
const way = { host: 'gw', port: 8444, audience: 'sallyport', caPem: '-----BEGIN CERTIFICATE-----\n' };
const { containersMax, variablesMax, mountsMax, volumesMax } = POD_LIMITS;

const reviewOf = (spec: object) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'u',
    operation: 'CREATE',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    object: { metadata: { labels: { 'sallyport.dev/target': 'here' } }, spec },
  },
});
const many = <Each>(length: number, each: Each) => Array.from({ length }, () => each);

test('a pod with more containers, variables, mounts or volumes than any has is refused, and no patch is made of it', () => {
  const env = many(variablesMax / 2 + 1, { name: 'a' });
  const volumeMounts = many(mountsMax / 2 + 1, { name: 'a', mountPath: '/a' });
  for (const [spec, says] of [
    [{ containers: many(60_000, {}) }, /more than 200 containers/],
    [{ containers: many(containersMax, {}), initContainers: [{}] }, /more than 200 containers/],
    [{ containers: many(2, { env }) }, /more than 10000 variables/],
    [{ containers: [{ volumeMounts }], initContainers: [{ volumeMounts }] }, /more than 5000 mounts/],
    [{ containers: [{}], volumes: many(volumesMax + 1, { name: 'a' }) }, /more than 500 volumes/],
  ] as const) {
    const { response } = answerReview(reviewOf(spec), () => way);
    assert.deepEqual([response.allowed, response.patch], [false, undefined], String(says));
    assert.match(response.status?.message ?? '', says);
  }
  const { response } = answerReview(reviewOf({ containers: many(containersMax, {}) }), () => way);
  assert.equal(response.allowed, true);
  assert.throws(() => answerReview(reviewOf({ containers: { length: 1 } }), () => way), TypeError);
});

async function webhookFor(t: TestContext, limits: Partial<Record<keyof typeof WEBHOOK_LIMITS, number>>) {
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
  const ca = await makeCa(validity);
  const certificate = await makeServing({
    caPem: ca.certPem,
    caKeyPem: ca.keyPem,
    names: ['localhost'],
    ...validity,
  });
  const webhook = await startWebhook({
    address: '127.0.0.1',
    port: 0,
    certificate,
    wayTo: () => way,
    onFault() {},
    onRefused() {},
    limits: { ...WEBHOOK_LIMITS, ...limits },
  });
  t.after(() => webhook.stop());
  const begin = (length: number) =>
    ask({
      host: '127.0.0.1',
      servername: 'localhost',
      port: webhook.port,
      ca: ca.certPem,
      method: 'POST',
      path: '/pods',
      agent: false,
      headers: { 'content-length': length },
    }).on('error', () => {});
  return { caPem: ca.certPem, port: webhook.port, begin };
}

test('questions beyond what may be under way are told to come again, and are taken once the others are gone', async (t) => {
  const { begin } = await webhookFor(t, { reviewsBytesMax: 8_000, requestTimeoutMs: 600_000 });
  const body = JSON.stringify(reviewOf({ containers: [{}] }));
  const statusOf = async () => {
    const [response] = await once(begin(body.length).end(body), 'response');
    await text(response);
    return response.statusCode;
  };
  assert.equal(await statusOf(), 200);
  const waiting = begin(8_000);
  waiting.write('x'.repeat(7_900));
  let status = await statusOf();
  // What waits may arrive behind it.
  while (status === 200) status = await statusOf();
  assert.equal(status, 503);
  waiting.destroy();
  while (status === 503) status = await statusOf();
  assert.equal(status, 200);
});

test('a connection that does not begin TLS is closed when a question’s time is over', async (t) => {
  const { port } = await webhookFor(t, { requestTimeoutMs: 50 });
  const silent: Socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(silent.resume(), 'close');
});

test('a connection is kept for longer than an API server keeps one', async (t) => {
  const { port, caPem } = await webhookFor(t, {});
  const agent = new Agent({ keepAlive: true });
  const [reply] = await once(
    ask({ host: '127.0.0.1', servername: 'localhost', port, path: '/healthz', ca: caPem, agent }).end(),
    'response',
  );
  agent.destroy();
  assert.equal(reply.headers['keep-alive'], `timeout=${WEBHOOK_LIMITS.idleTimeoutMs / 1_000}`);
  assert.ok(WEBHOOK_LIMITS.idleTimeoutMs > API_SERVER_KEEPS_MS);
});
