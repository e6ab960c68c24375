import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { parse } from 'yaml';
import { kubeconfigCommand } from './kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-kubeconfig-'));
const at = (name: string) => join(folder, name);
const CA = '-----BEGIN CERTIFICATE-----\n';
const TARGET = '{ url: "https://cluster.test", tokenFile: upstream-token }';

function config(keys: string, targets: readonly string[]): void {
  const entries = targets.map((name) => `  - { name: ${name}, server: ${TARGET} }\n`).join('');
  const issuers = 'issuers: [{ name: main, url: "https://issuer.test", audiences: [sallyport] }]';
  const head = `apiVersion: sallyport.dev/v1\nkind: Gateway\n${keys}${issuers}\n`;
  writeFileSync(at('sallyport.yaml'), `${head}targets:\n${entries}policy: { files: [policy] }\n`);
}

before(() => {
  mkdirSync(at('policy'));
  mkdirSync(at('.sallyport'));
  writeFileSync(at('upstream-token'), 'upstream-secret');
});
beforeEach(() => {
  config('', ['one']);
  writeFileSync(at('.sallyport/ca.crt'), CA);
});
after(() => rmSync(folder, { recursive: true }));

/** The kubeconfig that the command writes, and what it says beside. */
async function written(...args: string[]) {
  const said: string[] = [];
  const own = { command: '/usr/bin/node', args: ['/opt/sallyport/cli.js'] };
  const all = ['--config', at('sallyport.yaml'), '--output', at('out.yaml'), ...args];
  rmSync(at('out.yaml'), { force: true });
  await kubeconfigCommand(own, (line) => void said.push(line)).parseAsync(all, { from: 'user' });
  const text = readFileSync(at('out.yaml'), 'utf8');
  const [{ cluster }, { user }] = [parse(text).clusters[0], parse(text).users[0]];
  return {
    said,
    text,
    cluster,
    user,
    exec: user.exec,
    context: parse(text).contexts[0].context,
    name: parse(text)['current-context'],
  };
}

const TOKEN = ['--token-file', at('caller-token')];

test('it leads to the target, trusts the gateway’s own authority, and names the token’s file', async () => {
  const { cluster, user, name } = await written(...TOKEN);
  assert.equal(name, 'sallyport-one');
  assert.deepEqual(cluster, {
    server: 'https://127.0.0.1:8443/k8s/one',
    'certificate-authority': at('.sallyport/ca.crt'),
  });
  assert.deepEqual(user, { tokenFile: at('caller-token') });
});

for (const [flags, version, args] of [
  [['--token-env', 'CI_TOKEN'], 'v1', ['--token-env', 'CI_TOKEN']],
  [
    ['--token-env', 'CI_TOKEN', '--exec-api', 'v1beta1'],
    'v1beta1',
    ['--token-env', 'CI_TOKEN', '--exec-api', 'v1beta1'],
  ],
  [[...TOKEN, '--exec-api', 'v1'], 'v1', TOKEN],
  [[...TOKEN, '--exec-api', 'v1beta1'], 'v1beta1', [...TOKEN, '--exec-api', 'v1beta1']],
] as const) {
  test(`with ${flags.join(' ')} it asks this very program for the token, by ${version}`, async () => {
    assert.deepEqual((await written(...flags)).user, {
      exec: {
        apiVersion: `client.authentication.k8s.io/${version}`,
        interactiveMode: 'Never',
        command: '/usr/bin/node',
        args: ['/opt/sallyport/cli.js', 'token', ...args],
      },
    });
  });
}

for (const [keys, expected] of [
  ['port: 9443, hostNames: [one.example.com],', 'https://127.0.0.1:9443'],
  ['hostNames: [one.example.com, two.example.com],', 'https://one.example.com:8443'],
  ['port: 0,', 'https://127.0.0.1:8443/k8s/own'],
] as const) {
  test(`without a server, what needs no path goes first: ${keys}`, async () => {
    config('', ['own']);
    const text = readFileSync(at('sallyport.yaml'), 'utf8');
    writeFileSync(at('sallyport.yaml'), text.replace('name: own,', `name: own, ${keys}`));
    assert.equal((await written(...TOKEN)).cluster.server, expected);
  });
}

test('a token file that is not there is told of: it may be written later', async () => {
  assert.deepEqual((await written(...TOKEN)).said, [
    `note: token file \`${at('caller-token')}\`: there is no such file or folder; until a token is in it, whoever uses it is refused`,
  ]);
  assert.deepEqual((await written('--token-file', at('upstream-token'))).said, []);
  assert.deepEqual((await written(...TOKEN, '--embed-ca')).said, [], 'of another machine');
});

test('nothing in it is secret, and only its owner reads it', async () => {
  writeFileSync(at('caller-token'), 'caller-secret');
  const { text } = await written(...TOKEN);
  assert.doesNotMatch(text, /caller-secret|upstream/);
  assert.equal(statSync(at('out.yaml')).mode & 0o777, 0o600);
});

test('paths that are given relative come out absolute', async () => {
  const file = relative(process.cwd(), at('other.crt'));
  writeFileSync(at('other.crt'), CA);
  const source = ['--token-url', 'https://issuer.test/token', '--client-id', 'ci', '--client-secret-file', 'secret'];
  const { cluster, exec } = await written('--ca-file', file, ...source);
  assert.equal(cluster['certificate-authority'], at('other.crt'));
  assert.equal(exec.args.at(-1), join(process.cwd(), 'secret'));
});

test('for another machine: a server, the certificates inside, a namespace', async () => {
  const flags = ['--server', 'https://gateway.example.com/', '--embed-ca', '--namespace', 'shop', '--github-actions'];
  const { cluster, context, exec } = await written(...flags);
  assert.deepEqual(cluster, {
    server: 'https://gateway.example.com/k8s/one',
    'certificate-authority-data': Buffer.from(CA).toString('base64'),
  });
  assert.equal(context.namespace, 'shop');
  assert.deepEqual(exec.args.slice(1), ['token', '--github-actions']);
});

test('one of several targets is named', async () => {
  config('', ['one', 'two']);
  assert.equal((await written('--target', 'two', ...TOKEN)).cluster.server, 'https://127.0.0.1:8443/k8s/two');
});

for (const [server, expected] of [
  ['https://one.example.com', 'https://one.example.com'],
  ['https://gateway.example.com:9443', 'https://gateway.example.com:9443'],
  ['https://gateway.example.com:8443', 'https://gateway.example.com:8443/k8s/own'],
] as const) {
  test(`a host name or port of the target’s own has no path: ${server}`, async () => {
    config('', ['own']);
    const text = readFileSync(at('sallyport.yaml'), 'utf8');
    writeFileSync(
      at('sallyport.yaml'),
      text.replace('name: own,', 'name: own, port: 9443, hostNames: [one.example.com],'),
    );
    assert.equal((await written('--server', server, ...TOKEN)).cluster.server, expected);
  });
}

test('a gateway with certificates of its own is trusted as any other server', async () => {
  writeFileSync(at('tls.crt'), '');
  config('tls: { certificateFile: tls.crt, keyFile: tls.crt }\nlisten: { address: "::", port: 443 }\n', ['one']);
  assert.deepEqual((await written(...TOKEN)).cluster, { server: 'https://127.0.0.1:443/k8s/one' });
});

const MISTAKES: readonly (readonly [what: string, prepare: () => void, args: readonly string[], says: RegExp])[] = [
  ['no token source', () => {}, [], /^name one source of the token/],
  ['no target of several', () => config('', ['one', 'two']), TOKEN, /^name a target with --target: `one`, `two`$/],
  ['an unknown target', () => {}, ['--target', 'three', ...TOKEN], /^there is no target `three`; there is `one`$/],
  ['a folder as the token’s file', () => {}, ['--token-file', at('policy')], /^token file `.*policy` is a folder: name the file in it$/],
  ['no authority yet', () => rmSync(at('.sallyport/ca.crt')), TOKEN, /^there is no certificate authority at .* made when the gateway first starts/],
  ['a port that the system picks', () => config('listen: { port: 0 }\n', ['one']), TOKEN, /say where the gateway is with --server$/],
  ['a server that is no https URL', () => {}, ['--server', 'gateway:8443', ...TOKEN], /^--server is `gateway:8443`; expected an https URL/],
  ['a configuration that is wrong', () => config('listn: {}\n', ['one']), TOKEN, /sallyport\.yaml:3:1: .*listn/],
]; // biome-ignore format: a table

for (const [what, prepare, args, says] of MISTAKES) {
  test(`${what} is told in a sentence, and nothing is written`, async () => {
    prepare();
    await assert.rejects(written(...args), { name: 'CliError', message: says });
    assert.equal(statSync(at('out.yaml'), { throwIfNoEntry: false }), undefined);
  });
}
