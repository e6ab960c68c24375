// The `sallyport` command as a person types it: what it prints, where, and with which exit code.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { decodeJwt } from 'jose';
import { startIssuer } from '../../demo/issuer.ts';
import { runChild } from '../support/child.ts';
import { CLI } from '../support/gateway-process.ts';

const [program, ...cli] = CLI;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-cli-'));
after(() => rmSync(folder, { recursive: true }));

writeFileSync(join(folder, 'kubeconfig'), 'current-context: a\ncontexts: [{ name: a, context: {} }]\n');

const env = { ...process.env, XDG_CONFIG_HOME: folder, SALLYPORT_SERVER: '' };
const sallyport = (...args: string[]) => spawnSync(program, [...cli, ...args], { cwd: folder, encoding: 'utf8', env });

test('`token` prints the credential that kubectl expects, with the instant at which it ends, from a real issuer', async () => {
  const issuer = await startIssuer();
  try {
    await issuer.tokenFor('dev', ['ops'], { lifetimeSeconds: 600 });
    writeFileSync(join(folder, 'secret'), issuer.secretOf('dev') ?? '');
    const source = ['--token-url', `${issuer.url}/token`, '--client-id', 'dev', '--client-secret-file', 'secret'];
    const { code, output } = await runChild(program, [...cli, 'token', ...source], { cwd: folder });
    assert.equal(code, 0, output);
    const { apiVersion, kind, status } = JSON.parse(output);
    const { sub, exp = 0 } = decodeJwt(status.token);
    assert.deepEqual([apiVersion, kind, sub], ['client.authentication.k8s.io/v1', 'ExecCredential', 'dev']);
    assert.equal(Date.parse(status.expirationTimestamp), exp * 1000);
    const older = await runChild(program, [...cli, 'token', ...source, '--exec-api', 'v1beta1'], { cwd: folder });
    assert.equal(JSON.parse(older.output).apiVersion, 'client.authentication.k8s.io/v1beta1');
  } finally {
    await issuer.close();
  }
});

const MISTAKES: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [['token'], /^sallyport: name one source of the token: .*\n$/],
  [['token', '--token-file', 'none'], /^sallyport: file `none` cannot be read: there is no such file or folder\n$/],
  [['gateway'], /^sallyport: .*sallyport\.yaml:1:1: there is no such file; `sallyport init` writes one\n$/],
  [['gateway', '--log-level', 'loud'], /^sallyport: .*'loud' is invalid.*trace, debug, info, warn, error/],
  [['init', '--kubeconfig', 'none'], /^sallyport: kubeconfig `.*none` cannot be read: there is no such file or folder; name one with --kubeconfig\n$/],
  [['init', '--kubeconfig', 'kubeconfig', '--folder', 'kubeconfig/in-a-file'], /^sallyport: ENOTDIR: [^\n]*'kubeconfig\/in-a-file\/policy'\n$/],
  [['journal', 'verify'], /^sallyport: there is no sallyport\.yaml here: name .* --config, or .* --journal\n$/],
  [['sessions', 'list'], /^sallyport: there is no sallyport\.yaml here, and no control plane is named: .*\n$/],
  [['context', 'set', 'x', '--server', 'gateway:8444', '--token-file', 'kubeconfig'], /^sallyport: --server is `gateway:8444`; expected .*\n$/],
  [['context', 'use', 'x'], /^sallyport: there is no context `x`; there is none\n$/],
  [['kubeconfg'], /^sallyport: error: unknown command 'kubeconfg'\n\(Did you mean kubeconfig\?\)/],
  [['kubeconfig', '--targt', 'x'], /^sallyport: error: unknown option '--targt'\n\(Did you mean --target\?\)/],
]; // biome-ignore format: a table

for (const [args, says] of MISTAKES) {
  test(`\`sallyport ${args.join(' ')}\` says on standard error what is wrong, and exits with 2`, () => {
    const { status, stdout, stderr } = sallyport(...args);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /^ {4}at /m);
    assert.deepEqual([status, stdout], [2, '']);
  });
}

test('who reads the beginning alone (`| head -1`) is told of no fault', async () => {
  const child = spawn(program, [...cli, 'completion', 'bash'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  assert.deepEqual([said, code], ['', 141], 'as SIGPIPE ends a program');
});

test('help and version go to standard output, and exit with 0', () => {
  for (const args of [['--help'], ['gateway', '--help'], ['--version']]) {
    const { status, stdout, stderr } = sallyport(...args);
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    assert.match(stdout, /^(Usage: sallyport|\d+\.\d+\.\d+)/);
  }
});

test('`policy seed` writes a policy that `policy check` takes, and that allows what the audit log tells of', () => {
  const event = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    stage: 'ResponseComplete',
    responseStatus: { code: 200 },
  };
  const line = (user: string, verb: string, name?: string) =>
    JSON.stringify({
      ...event,
      verb,
      user: { username: user },
      objectRef: { resource: 'pods', namespace: 'shop', name },
    });
  writeFileSync(
    join(folder, 'audit.log'),
    `${[line('dev', 'list'), line('dev', 'get', 'web'), line('system:node:a', 'get', 'web')].join('\n')}\n`,
  );
  const seeded = sallyport('policy', 'seed', '--audit-log', 'audit.log', '--target', 'demo', '--name', 'first');
  assert.equal(seeded.status, 0, seeded.stderr);
  assert.match(seeded.stderr, /^left out: requests of users that are not meant: 1$/m);
  writeFileSync(join(folder, 'first.yaml'), seeded.stdout);
  const checked = sallyport('policy', 'check', 'first.yaml');
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  const explain = (...words: string[]) =>
    sallyport('policy', 'explain', '--policy', 'first.yaml', '--as', 'dev', '--target', 'demo', '--', ...words).status;
  assert.equal(explain('get', 'pods', 'web', '-n', 'shop'), 0);
  assert.equal(explain('get', 'pods', 'api', '-n', 'shop'), 1);
  writeFileSync(join(folder, 'audit.log'), '{}\n');
  assert.match(
    sallyport('policy', 'seed', '--audit-log', 'audit.log').stderr,
    /line 1: this is no event of audit\.k8s\.io\/v1/,
  );
});

const ELSEWHERE = `apiVersion: sallyport.dev/v1
kind: Gateway
tls: { certificateFile: run/tls.crt, keyFile: run/tls.key }
issuers: [{ name: main, url: "https://issuer.test", audiences: [sallyport], caFile: run/ca.crt }]
targets: [{ name: prod, server: { url: "https://127.0.0.1:6443", caFile: run/ca.crt, tokenFile: run/token } }]
console: { port: 8444 }
store: { postgres: { urlFile: run/url }, keyFile: run/key }
masks: { keyFile: run/masks }
policy: { files: [elsewhere.policy.yaml] }
`;

test('what looks at policy alone wants none of the gateway’s own files: a laptop or a pipeline has no token of it', () => {
  writeFileSync(join(folder, 'elsewhere.yaml'), ELSEWHERE);
  writeFileSync(
    join(folder, 'elsewhere.policy.yaml'),
    `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ subjects: [bot] }]
targets: [prod]
rules: [{ id: read, effect: allow, verbs: [get], apiGroups: [""], resources: [pods], namespaces: [shop] }]
`,
  );
  const by = ['--config', 'elsewhere.yaml'];
  for (const [args, says] of [
    [['check', ...by], /^nothing to remark\n$/],
    [['explain', ...by, '--as', 'bot', '--', 'get', 'pods', 'web', '-n', 'shop'], /p\/read/],
    [['who-can', ...by, 'get', 'pods'], /bot/],
  ] as const) {
    const { status, stdout, stderr } = sallyport('policy', ...args);
    assert.deepEqual([status, stderr], [0, ''], args[0]);
    assert.match(stdout, says);
  }
  const started = sallyport('gateway', ...by);
  assert.equal(started.status, 2);
  assert.match(started.stderr, /targets\[0\]\.server\.tokenFile: there is no file/, 'which needs them');
  rmSync(join(folder, 'elsewhere.policy.yaml'));
  const checked = sallyport('policy', 'check', ...by);
  assert.equal(checked.status, 1);
  assert.match(checked.stdout, /policy\.files\[0\]: there is no file/);
  assert.doesNotMatch(checked.stdout, /run\//);
});
