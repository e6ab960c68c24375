import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, beforeEach } from 'node:test';
import { Refusal } from '../../../model/refusal.ts';
import { execCredential } from './exec-credential.ts';

const folder = mkdtempSync(join(tmpdir(), 'exec-'));
after(() => rmSync(folder, { recursive: true }));
let runsFile = '';
let tests = 0;
const runs = () => readFileSync(runsFile, 'utf8').length;
const signal = new AbortController().signal;
const V1 = 'client.authentication.k8s.io/v1';

let nowMs = 0;
const clock = { now: () => nowMs, monotonic: () => nowMs };
beforeEach(() => {
  nowMs = Date.parse('2026-01-01T00:00:00Z');
  runsFile = join(folder, `runs-${tests++}`);
  writeFileSync(runsFile, '');
});

/** A plugin that counts its runs, then runs `body`. */
function source(body: string, exec: object = {}, cluster: object = {}) {
  const script = `require('fs').appendFileSync(${JSON.stringify(runsFile)}, '.');${body}`;
  return execCredential({
    exec: { apiVersion: V1, command: process.execPath, args: ['-e', script], ...exec },
    cluster: { ...cluster },
    environment: { INHERITED: 'yes' },
    clock,
  });
}

function printing(status: object, more: object = {}): string {
  return `process.stdout.write(${JSON.stringify(JSON.stringify({ kind: 'ExecCredential', apiVersion: V1, status, ...more }))})`;
}

async function detailOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => assert.fail('it was had'),
    (thrown) => thrown,
  );
  assert.ok(error instanceof Refusal && error.code === 'CREDENTIAL_UNAVAILABLE');
  assert.doesNotMatch(error.message, /plugin|node/);
  return error.detail.replaceAll(process.execPath, 'node');
}

test('a plugin runs once for many that wait, and again when what it gave ends', async () => {
  const credentials = source(printing({ token: 'secret', expirationTimestamp: '2026-01-01T00:14:00Z' }));
  const all = await Promise.all([1, 2, 3].map(() => credentials.current(signal)));
  assert.equal(new Set(all).size, 1);
  assert.equal(all[0]?.authorization, 'Bearer secret');
  assert.equal(runs(), 1);
  nowMs += 12 * 60_000;
  await credentials.current(signal);
  assert.equal(runs(), 1);
  nowMs += 3 * 60_000;
  const [again] = await Promise.all([credentials.current(signal), credentials.current(signal)]);
  assert.notEqual(again, all[0]);
  assert.equal(runs(), 2);
});

test('a credential that will end soon is used while it is replaced', async () => {
  const credentials = source(printing({ token: 'secret', expirationTimestamp: '2026-01-01T00:14:00Z' }));
  const first = await credentials.current(signal);
  nowMs += 13.5 * 60_000;
  assert.equal(await credentials.current(signal), first);
  let now = first;
  while (now === first) {
    await new Promise((resolve) => setImmediate(resolve));
    now = await credentials.current(signal);
  }
  assert.ok(runs() >= 2);
});

test('a credential that upstream did not take is made anew, unless it is quite new', async () => {
  const credentials = source(printing({ token: 'secret' }));
  const first = await credentials.current(signal);
  credentials.invalidate(first);
  assert.equal(await credentials.current(signal), first);
  nowMs += 11_000;
  credentials.invalidate(first);
  const second = await credentials.current(signal);
  assert.notEqual(second, first);
  credentials.invalidate(first);
  assert.equal(await credentials.current(signal), second);
  assert.equal(runs(), 2);
});

test('a plugin gets its arguments, its environment and what it asks to know of the cluster', async () => {
  const body = `process.stdout.write(JSON.stringify({ kind: 'ExecCredential', apiVersion: '${V1}', status: { token: Buffer.from(JSON.stringify([process.env.INHERITED, process.env.OWN, JSON.parse(process.env.KUBERNETES_EXEC_INFO)])).toString('base64') } }))`;
  const credential = await source(
    body,
    { env: [{ name: 'OWN', value: 'mine' }], provideClusterInfo: true },
    { server: 'https://a' },
  ).current(signal);
  const told = JSON.parse(Buffer.from((credential.authorization ?? '').slice(7), 'base64').toString());
  assert.deepEqual(told, [
    'yes',
    'mine',
    { kind: 'ExecCredential', apiVersion: V1, spec: { interactive: false, cluster: { server: 'https://a' } } },
  ]);
});

test('a client certificate comes from a plugin', async () => {
  const certificate = {
    clientCertificateData: '-----BEGIN CERTIFICATE-----',
    clientKeyData: '-----BEGIN PRIVATE KEY-----',
  };
  const credential = await source(printing(certificate)).current(signal);
  assert.equal(credential.authorization, undefined);
  assert.deepEqual(credential.clientCertificate, {
    certPem: certificate.clientCertificateData,
    keyPem: certificate.clientKeyData,
  });
});

const failures: readonly (readonly [string, string, object, RegExp])[] = [
  [
    'that is not there',
    '',
    { command: 'no-such-plugin', installHint: 'install it\n' },
    /^the exec plugin `no-such-plugin` is not there: install it$/,
  ],
  [
    'that fails',
    `process.stderr.write('AccessDenied eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.e30'); process.exit(3)`,
    {},
    /^the exec plugin `node` ended with 3: AccessDenied …$/,
  ],
  ['that prints no JSON', `process.stdout.write('tok-secret')`, {}, /^the exec plugin `node` printed no JSON$/],
  ['that prints something else', printing({ token: 1 }), {}, /printed no ExecCredential: status.token$/],
  [
    'that prints another version',
    printing({ token: 'secret' }, { apiVersion: 'client.authentication.k8s.io/v1beta1' }),
    {},
    /printed another version than/,
  ],
  ['that gives nothing', printing({}), {}, /gave neither a token nor a client certificate$/],
  ['that gives a token HTTP cannot carry', printing({ token: 'a\nb' }), {}, /status.token$/],
  [
    'that gives a certificate alone',
    printing({ clientCertificateData: '-----BEGIN CERTIFICATE-----' }),
    {},
    /gave a client certificate or key alone$/,
  ],
];
for (const [name, body, exec, detail] of failures) {
  test(`a plugin ${name} leaves the credential unavailable, and nothing of it is told`, async () => {
    const told = await detailOf(source(body, exec).current(signal));
    assert.match(told, detail);
    assert.doesNotMatch(told, /secret|eyJ/);
  });
}

test('a plugin that failed is not run again for each request', async () => {
  const credentials = source('process.exit(1)');
  await detailOf(credentials.current(signal));
  await detailOf(credentials.current(signal));
  assert.equal(runs(), 1);
  nowMs += 3_000;
  await detailOf(credentials.current(signal));
  assert.equal(runs(), 2);
});

test('who has gone does not wait for the plugin', async () => {
  const aborter = new AbortController();
  const credentials = source('setTimeout(() => {}, 1000)');
  const waiting = detailOf(credentials.current(aborter.signal));
  aborter.abort();
  assert.match(await waiting, /given up/);
});
