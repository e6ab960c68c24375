import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, beforeEach } from 'node:test';
import { makeCa } from '../../../listener/x509.ts';
import { followedKubeconfig } from './followed-kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'followed-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'config');
const validity = { notBefore: new Date(0), notAfter: new Date(1e13) };
const [one, two] = [await makeCa(validity), await makeCa(validity)];
const data = (pem: string) => Buffer.from(pem).toString('base64');
const signal = new AbortController().signal;
let nowMs = 0;
const clock = { now: () => nowMs, monotonic: () => nowMs };
let refused: string[] = [];

interface Written {
  readonly user?: string;
  readonly ca?: string;
  readonly server?: string;
}

function write({ user = 'token: first', ca = data(one.certPem), server = 'https://api.example' }: Written): void {
  writeFileSync(
    file,
    `current-context: c
clusters: [{ name: c, cluster: { server: "${server}", certificate-authority-data: ${ca} } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
users: [{ name: u, user: { ${user} } }]
`,
  );
}

function plugin(name: string, token: string): string {
  const command = join(folder, name);
  const answer = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token } };
  writeFileSync(command, `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`);
  chmodSync(command, 0o755);
  return `exec: { apiVersion: client.authentication.k8s.io/v1, command: ${command}, interactiveMode: Never }`;
}

beforeEach(() => {
  refused = [];
  write({});
});

const follow = () =>
  followedKubeconfig({ file, clock, environment: process.env, onRefused: (why) => void refused.push(why) });
const authorization = async (reach: ReturnType<typeof follow>) =>
  (await reach.credentials.current(signal)).authorization;

test('a token, an authority, a client certificate and a plugin that the file names anew are followed within a minute', async () => {
  const reach = follow();
  assert.equal(await authorization(reach), 'Bearer first');
  write({ user: 'token: second', ca: data(two.certPem) });
  nowMs += 59_999;
  assert.equal(await authorization(reach), 'Bearer first');
  nowMs += 1;
  assert.equal(await authorization(reach), 'Bearer second');
  assert.equal(reach.authority.current(), two.certPem);
  write({ user: plugin('a', 'of-a') });
  nowMs += 60_000;
  assert.equal(await authorization(reach), 'Bearer of-a');
  write({ user: plugin('b', 'of-b') });
  nowMs += 60_000;
  assert.equal(await authorization(reach), 'Bearer of-b');
  const keyPem = '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n';
  write({ user: `client-certificate-data: ${data(one.certPem)}, client-key-data: ${data(keyPem)}` });
  nowMs += 60_000;
  assert.equal((await reach.credentials.current(signal)).clientCertificate?.certPem, one.certPem);
  assert.deepEqual(refused, []);
});

test('they are looked for at once where upstream did not take the credential, or was not believed', async () => {
  const reach = follow();
  const first = await reach.credentials.current(signal);
  write({ user: 'token: second' });
  nowMs += 1_000;
  reach.credentials.invalidate(first);
  assert.equal(await authorization(reach), 'Bearer second');
  write({ user: 'token: second', ca: data(two.certPem) });
  const met = reach.authority.current();
  assert.equal(await reach.authority.renew(met), false, 'no more than once a second');
  nowMs += 1_000;
  assert.equal(await reach.authority.renew(met), true);
  assert.equal(await reach.authority.renew(met), true, 'who met the one before is told of the newer one too');
  assert.equal(reach.authority.current(), two.certPem);
  nowMs += 1_000;
  assert.equal(await reach.authority.renew(two.certPem), false);
});

test('what cannot be used, and another server, is told and not taken', async () => {
  const reach = follow();
  for (const spoil of [
    () => writeFileSync(file, 'clusters: ['),
    () => write({ user: 'password: x' }),
    () => write({ user: 'token: second', server: 'https://elsewhere.example' }),
    () => rmSync(file),
  ]) {
    spoil();
    nowMs += 60_000;
    assert.equal(await authorization(reach), 'Bearer first');
  }
  assert.equal(refused.length, 4);
  assert.match(refused[2] ?? '', /names another server, `https:\/\/elsewhere.example`/);
  write({ user: 'token: second' });
  nowMs += 60_000;
  assert.equal(await authorization(reach), 'Bearer second');
});
