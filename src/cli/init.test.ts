import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../config/load.ts';
import { parsePolicies } from '../config/parse-policies.ts';
import { GUARD_IDS } from '../policy/guards/table.ts';
import { initCommand } from './init.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-init-'));
after(() => rmSync(root, { recursive: true }));

const kubeconfigFile = (name: string, contexts: readonly string[], current?: string) => {
  const file = join(root, name);
  const entries = contexts.map((context) => `  - { name: ${JSON.stringify(context)}, context: {} }\n`).join('');
  const head = current === undefined ? '' : `current-context: ${JSON.stringify(current)}\n`;
  writeFileSync(file, `kind: Config\n${head}contexts:\n${entries}`);
  return file;
};
const KUBECONFIG = kubeconfigFile('config', ['arn:aws:eks:eu:1:cluster/Prod_1', 'kind'], 'kind');

const ISSUER = ['--issuer', 'https://issuer.test'];

/** The folder that `sallyport init` has written into, and what it said. */
async function init(args: readonly string[], env: Record<string, string> = { KUBECONFIG }, typed = 'sallyport') {
  const folder = mkdtempSync(join(root, 'folder-'));
  let said = '';
  const say = (text: string) => {
    said += text;
  };
  const command = initCommand({ env, typed, say });
  await command.parseAsync(['--folder', folder, ...args], { from: 'user' });
  return { folder, said };
}

function loaded(folder: string) {
  const config = loadConfig(join(folder, 'sallyport.yaml'), { guards: GUARD_IDS });
  assert.ok('config' in config, JSON.stringify(config));
  const files = config.config.policyFiles.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  const policy = parsePolicies(files);
  assert.ok('rules' in policy, JSON.stringify(policy));
  return { config: config.config, rules: policy.rules };
}

test('what it writes loads without a finding, for the current context', async () => {
  const { folder, said } = await init(ISSUER);
  const { config, rules } = loaded(folder);
  assert.deepEqual(config.targets[0]?.kubeconfig, { file: KUBECONFIG, context: 'kind' });
  assert.equal(config.targets[0]?.upstreamIdentity, 'caller');
  assert.equal(config.targets[0]?.port, 8445);
  assert.deepEqual(
    rules.map(({ effect }) => effect),
    ['allow', 'deny'],
  );
  assert.match(said, /sallyport gateway --config .*sallyport\.yaml/);
});

test('the control plane that the guides and the file itself name can be put in beside it', async () => {
  const { folder, said } = await init(ISSUER);
  const file = join(folder, 'sallyport.yaml');
  assert.match(said, /`who`, .* `explain` .* uncomment `console` in .*sallyport\.yaml, and then\n/);
  const { dataFolder } = loaded(folder).config;
  const command = `sallyport context set kind --server https://localhost:8444 --token-file FILE --ca-file ${dataFolder}/ca.crt\n`;
  assert.ok(said.endsWith(command), said);
  writeFileSync(file, readFileSync(file, 'utf8').replace('# console: { port: 8444 }', 'console: { port: 8444 }'));
  assert.equal(loaded(folder).config.console?.port, 8444);
});

test('without an issuer what it writes does not start, and says what is to be filled in', async () => {
  const { folder, said } = await init([]);
  assert.match(said, /name your OIDC issuer in .*sallyport\.yaml/);
  const config = loadConfig(join(folder, 'sallyport.yaml'), { guards: GUARD_IDS });
  assert.deepEqual('findings' in config ? config.findings.map(({ path, message }) => [path, message]) : [], [
    [
      'issuers[0].url',
      '`https://issuer.example.com` is an example and nobody’s: write the `iss` claim of your callers’ tokens',
    ],
  ]);
});

test('what to do next is told as it is typed where this program runs', async () => {
  const { said } = await init([], { KUBECONFIG }, 'npm start --');
  assert.match(said, /npm start -- gateway --config .*\n.*npm start -- kubeconfig --config /);
});

test('every flag is in what it writes, whatever characters it has', async () => {
  writeFileSync(join(root, 'jwks.json'), '{}');
  const flags = [
    '--context',
    'arn:aws:eks:eu:1:cluster/Prod_1',
    '--issuer',
    'https://issuer.test/a"b',
    '--audience',
    'a: b',
  ];
  const keys = ['--keys-file', join(root, 'jwks.json'), '--subject-prefix', 'ci:'];
  const { config } = loaded((await init([...flags, ...keys])).folder);
  const [issuer] = config.issuers;
  assert.deepEqual(
    [issuer?.url, issuer?.audiences, issuer?.keys?.file, issuer?.subject.prefix],
    ['https://issuer.test/a"b', ['a: b'], join(root, 'jwks.json'), 'ci:'],
  );
  assert.equal(config.targets[0]?.name, 'arn-aws-eks-eu-1-cluster-prod-1');
});

test('of several kubeconfigs in $KUBECONFIG it takes the one that has the context', async () => {
  const other = kubeconfigFile('other', ['staging'], 'staging');
  const env = { KUBECONFIG: `${join(root, 'none')}:${KUBECONFIG}:${other}` };
  assert.deepEqual(
    loaded((await init(['--context', 'staging', ...ISSUER], env)).folder).config.targets[0]?.kubeconfig,
    {
      file: other,
      context: 'staging',
    },
  );
  assert.equal(loaded((await init(ISSUER, env)).folder).config.targets[0]?.kubeconfig?.context, 'kind');
});

test('an empty $KUBECONFIG is none, as for kubectl', async () => {
  await assert.rejects(init(['--context', 'no-such-context'], { KUBECONFIG: '' }), {
    name: 'CliError',
    message: /^kubeconfig `[^`]*\/\.kube\/config` /,
  });
});

test('nothing is overwritten, and nothing beside it is written', async () => {
  const { folder } = await init([]);
  const before = readFileSync(join(folder, 'sallyport.yaml'));
  rmSync(join(folder, 'policy'), { recursive: true });
  await assert.rejects(init(['--folder', (await init([])).folder]), {
    message: /sallyport.yaml` and `.*first.yaml` exist already and are left as they are$/,
  });
  await assert.rejects(init(['--folder', folder]), {
    name: 'CliError',
    message: /sallyport.yaml` exists already and is left as it is$/,
  });
  assert.deepEqual(readFileSync(join(folder, 'sallyport.yaml')), before);
  assert.throws(() => readFileSync(join(folder, 'policy/first.yaml')), { code: 'ENOENT' });
});

const MISTAKES: readonly (readonly [string, readonly string[], Record<string, string>, RegExp])[] = [
  ['an unknown context', ['--context', 'prod'], { KUBECONFIG }, /has no context `prod`; it has `arn:[^`]*`, `kind`$/],
  ['no kubeconfig', [], { KUBECONFIG: join(root, 'none') }, /^kubeconfig `.*none` cannot be read: there is no such file or folder; name one with --kubeconfig$/],
  ['no current context', [], { KUBECONFIG: kubeconfigFile('bare', ['a']) }, /`.*bare` has no current context; name one with --context: `a`$/],
  ['a keys file that is not there', ['--keys-file', join(root, 'none')], { KUBECONFIG }, /^there is no file `.*none` \(--keys-file\)$/],
  ['an issuer that is no URL', ['--issuer', 'issuer.test'], { KUBECONFIG }, /^--issuer is `issuer.test`; expected a URL/],
  ['an issuer that is an example', ['--issuer', 'https://issuer.example.com'], { KUBECONFIG }, /^--issuer is `https:\/\/issuer\.example\.com`, an example and nobody’s/],
  ['an issuer whose keys could be changed on the way', ['--issuer', 'http://issuer.test'], { KUBECONFIG }, /; keys are fetched over https/],
]; // biome-ignore format: a table

for (const [what, args, env, says] of MISTAKES) {
  test(`${what} is told in a sentence`, async () => {
    await assert.rejects(init(args, env), { name: 'CliError', message: says });
  });
}
