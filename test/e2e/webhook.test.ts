// `sallyport webhook` as a process, asked over TLS as an API server asks it.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { makeCa, makeServing } from '../../src/listener/x509.ts';
import { type Child, runChild, startChild } from '../support/child.ts';
import { CLI } from '../support/gateway-process.ts';

const [program, ...cli] = CLI;
const HOUR_MS = 3_600_000;
const validity = { notBefore: new Date(Date.now() - HOUR_MS), notAfter: new Date(Date.now() + HOUR_MS) };
const REQUIRED = [
  '--target',
  'target-0=18444',
  '--host',
  'gw.test',
  '--ca-file',
  'gateway-ca.pem',
  '--certificate-file',
  'tls.crt',
  '--key-file',
  'tls.key',
];

let folder: string;
let ca: Awaited<ReturnType<typeof makeCa>>;
let child: Child;
let url: string;
const at = (name: string) => join(folder, name);
const certify = async () => {
  const pair = await makeServing({ caPem: ca.certPem, caKeyPem: ca.keyPem, names: ['localhost'], ...validity });
  writeFileSync(at('tls.key'), pair.keyPem, { mode: 0o600 });
  writeFileSync(at('tls.crt'), pair.certPem);
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-webhook-'));
  ca = await makeCa(validity);
  await certify();
  // As the gateway keeps its own authority: its key is in the same file.
  writeFileSync(at('gateway-ca.pem'), `${ca.keyPem}\n${ca.certPem}`);
  child = startChild(program, [...cli, 'webhook', ...REQUIRED, '--address', '127.0.0.1', '--port', '0'], {
    cwd: folder,
  });
  const [, port] = await child.until(/"port":(\d+),"msg":"the webhook serves"/);
  url = `https://localhost:${port}`;
});
after(async () => {
  child.kill('SIGTERM');
  assert.equal(await child.ended, 0);
  rmSync(folder, { recursive: true });
});

const pod = (target: string) => ({
  metadata: { labels: { 'sallyport.dev/target': target } },
  spec: { containers: [{ name: 'main', image: 'i' }] },
});

async function ask(object: unknown, path = '/pods', method: 'GET' | 'POST' = 'POST') {
  const review = { uid: 'u', operation: 'CREATE', kind: { group: '', version: 'v1', kind: 'Pod' }, object };
  const body = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: review });
  const dispatcher = new Agent({ connect: { ca: ca.certPem } });
  try {
    const reply = await request(`${url}${path}`, { method, dispatcher, ...(method === 'POST' ? { body } : {}) });
    return { status: reply.statusCode, text: await reply.body.text() };
  } finally {
    await dispatcher.close();
  }
}

async function answerTo(target: string) {
  const { status, text } = await ask(pod(target));
  assert.equal(status, 200, text);
  const { response } = JSON.parse(text);
  return { ...response, patch: Buffer.from(response.patch ?? '', 'base64').toString() };
}

test('a pod is led to the port of the target that it names, and gets the authority, and never the key beside it', async () => {
  const { allowed, patch } = await answerTo('target-0');
  assert.equal(allowed, true);
  assert.match(patch, /"gw\.test"/);
  assert.match(patch, /"18444"/);
  assert.match(patch, /BEGIN CERTIFICATE/);
  assert.doesNotMatch(patch, /PRIVATE KEY/);
});

test('a target without a port, one that there is not, and an authority that is not there yet are refused', async () => {
  for (const target of ['target-1', '__proto__']) {
    const { allowed, status } = await answerTo(target);
    assert.equal(allowed, false);
    assert.match(status.message, new RegExp(`no target \`${target}\` has a port of its own.*target-0`));
  }
  const kept = readFileSync(at('gateway-ca.pem'));
  rmSync(at('gateway-ca.pem'));
  assert.match((await answerTo('target-0')).status.message, /not there yet/);
  writeFileSync(at('gateway-ca.pem'), kept);
  assert.equal((await answerTo('target-0')).allowed, true);
});

test('a changed certificate is served without a restart', async () => {
  ca = await makeCa(validity);
  await certify();
  // The files are looked at a moment after they come to rest.
  while ((await ask(pod('target-0')).catch(() => ({ status: 0 }))).status !== 200) await new Promise(setImmediate);
});

test('what is no question gets no answer that an API server would take for one', async () => {
  assert.deepEqual(await ask(undefined, '/healthz', 'GET'), { status: 200, text: 'ok\n' });
  assert.equal((await ask(pod('target-0'), '/else')).status, 404);
  assert.equal((await ask(undefined, '/pods', 'GET')).status, 405);
  assert.equal((await ask({ padding: 'x'.repeat(5 * 1024 * 1024) })).status, 413);
});

test('a target that is no name with a port, or is given twice, is a mistake at start', async () => {
  const started = (target: string) =>
    runChild(program, [...cli, 'webhook', ...REQUIRED, '--target', target], { cwd: folder });
  for (const target of ['prod', 'prod=', '=8444', 'prod=0', 'prod=65536', 'prod=8444x', 'prod=1e3']) {
    const { code, output } = await started(target);
    assert.equal(code, 2, target);
    assert.match(output, /give a target’s name and its port, as `prod=8444`/);
  }
  assert.match((await started('target-0=1')).output, /`target-0` is given twice/);
});
