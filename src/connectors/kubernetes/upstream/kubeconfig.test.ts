import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { systemClock } from '../../../std/clock.ts';
import { readKubeconfig } from './kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
after(() => rmSync(folder, { recursive: true }));

const PEM = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const DATA = Buffer.from(PEM).toString('base64');
writeFileSync(join(folder, 'ca.pem'), PEM);
writeFileSync(join(folder, 'token'), 'from-file\n');

const GOOD = `
apiVersion: v1
kind: Config
current-context: prod
preferences: {}
clusters:
  - name: c
    cluster: { server: 'https://api.example:6443/base', certificate-authority: ca.pem, tls-server-name: api }
contexts:
  - { name: prod, context: { cluster: c, user: u, namespace: default } }
  - { name: broken, context: { cluster: gone, user: u } }
users:
  - name: u
    user: { token: inline-secret }
`;
const signal = new AbortController().signal;

function read(yaml: string, options: object = {}) {
  const file = join(folder, 'config');
  writeFileSync(file, yaml);
  return readKubeconfig({ file, clock: systemClock, environment: {}, ...options });
}

function outcome(yaml: string, options: object = {}): string {
  try {
    read(yaml, options);
    return 'taken';
  } catch (error) {
    return (error as Error).message.replaceAll(folder, '');
  }
}

test('a context leads to its server, authority and token; paths are relative to the file', async () => {
  const { credentials, digest: _, ...reach } = read(GOOD);
  assert.deepEqual(reach, { server: 'https://api.example:6443/base', caPem: PEM, tlsServerName: 'api' });
  assert.equal((await credentials.current(signal)).authorization, 'Bearer inline-secret');
});

test('a token file wins over a token, and a certificate comes from data before files', async () => {
  const yaml = GOOD.replace(
    'token: inline-secret',
    `token: inline-secret, tokenFile: token, client-certificate-data: ${DATA}, client-certificate: gone, client-key-data: ${DATA}`,
  );
  const credential = await read(yaml).credentials.current(signal);
  assert.equal(credential.authorization, 'Bearer from-file');
  assert.deepEqual(credential.clientCertificate, { certPem: PEM, keyPem: PEM });
});

test('a credential shows nothing of itself', async () => {
  const { inspect } = await import('node:util');
  const credential = await read(GOOD).credentials.current(signal);
  for (const shown of [
    JSON.stringify({ credential }),
    inspect({ credential }, { depth: 9, showHidden: true }),
    `${Object.entries(credential)}`,
  ]) {
    assert.doesNotMatch(shown, /secret/);
  }
});

const mistakes: readonly (readonly [string, (good: string) => string, RegExp, object?])[] = [
  ['no YAML', () => 'a: [', /^\/config: /],
  [
    'no such context',
    (good) => good,
    /^\/config: contexts: there is no `dev`, only `prod`, `broken`$/,
    { context: 'dev' },
  ],
  ['no such cluster', (good) => good, /^\/config: clusters: there is no `gone`, only `c`$/, { context: 'broken' }],
  [
    'no context at all',
    (good) => good.replace('current-context: prod', ''),
    /^\/config: current-context: there is none/,
  ],
  [
    'plain HTTP',
    (good) => good.replace('https://api', 'http://api'),
    /^\/config: clusters\[0\].cluster.server: expected `https:\/\/host:port`/,
  ],
  [
    'a user in the server',
    (good) => good.replace('https://api', 'https://a:b@api'),
    /clusters\[0\].cluster.server: expected/,
  ],
  [
    'a CA that is gone',
    (good) => good.replace('ca.pem', 'gone.pem'),
    /^\/config: `\/gone.pem` cannot be read: there is no such file or folder$/,
  ],
  [
    'data that is no PEM',
    (good) => good.replace('certificate-authority: ca.pem', 'certificate-authority-data: bm8='),
    /certificate-authority-data: expected base64 of PEM$/,
  ],
  [
    'a certificate that is not checked',
    (good) => good.replace('certificate-authority: ca.pem', 'insecure-skip-tls-verify: true'),
    /insecure-skip-tls-verify: the server’s certificate would not be checked/,
  ],
  [
    'a proxy',
    (good) => good.replace('tls-server-name: api', 'proxy-url: http://p'),
    /cluster.proxy-url: a proxy is not supported/,
  ],
  [
    'no credential',
    (good) => good.replace('token: inline-secret', ''),
    /users\[0\].user: expected `token`, `tokenFile`, a client certificate or `exec`$/,
  ],
  [
    'a certificate without its key',
    (good) => good.replace('token:', `client-certificate-data: ${DATA}, token:`),
    /client certificate and key together$/,
  ],
  [
    'a password',
    (good) => good.replace('token: inline-secret', 'username: a, password: b'),
    /user.username: a user name [^\n]*\n\/config: users\[0\].user.password: a user name/,
  ],
  [
    'an auth provider',
    (good) => good.replace('token: inline-secret', 'auth-provider: { name: gcp }'),
    /auth-provider: auth providers are not supported/,
  ],
  [
    'impersonation',
    (good) => good.replace('token:', 'as: admin, token:'),
    /user.as: impersonation belongs to the gateway/,
  ],
  [
    'an exec plugin of an old version',
    (good) =>
      good.replace('token: inline-secret', 'exec: { apiVersion: client.authentication.k8s.io/v1alpha1, command: a }'),
    /exec.apiVersion: expected `client.authentication.k8s.io\/v1`/,
  ],
  [
    'an exec plugin that asks a person',
    (good) =>
      good.replace(
        'token: inline-secret',
        'exec: { apiVersion: client.authentication.k8s.io/v1, command: a, interactiveMode: Always }',
      ),
    /exec.interactiveMode: expected `Never` or `IfAvailable`/,
  ],
  [
    'an exec plugin beside a token',
    (good) => good.replace('token:', 'exec: { apiVersion: client.authentication.k8s.io/v1, command: a }, token:'),
    /expected either `exec` or a token/,
  ],
  [
    'a token that is a number',
    (good) => good.replace('inline-secret', '12345'),
    /^\/config: users\[0\].user.token: expected a string, got a number$/,
  ],
];
for (const [name, mistake, message, options] of mistakes) {
  test(`a kubeconfig with ${name} is refused with file and field, and nothing of what stands there`, () => {
    const told = outcome(mistake(GOOD), options);
    assert.match(told, message);
    assert.doesNotMatch(told, /inline-secret|12345/);
  });
}

test('an unchecked certificate is taken where an operator said so', () => {
  const yaml = GOOD.replace('certificate-authority: ca.pem', 'insecure-skip-tls-verify: true');
  assert.equal(read(yaml, { isUncheckedCertificateAllowed: true }).isCertificateUnchecked, true);
});
