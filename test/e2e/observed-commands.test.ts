// What was done, and what that says of rules: `grants report`, `policy tighten` and `policy simulate` on the journal that a gateway wrote.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { applyPatch } from '../support/apply-patch.ts';
import { CLI } from '../support/gateway-process.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  # What it works with.
  - { id: work, effect: allow, verbs: ["*"], apiGroups: ["", apps], resources: ["*"], namespaces: [shop, bank] }
  - id: unused # from last year
    effect: allow
    verbs: [delete]
    apiGroups: [batch]
    resources: [jobs]
  - { id: config, effect: request, verbs: [get, list], apiGroups: [""], resources: [pods, configmaps], namespaces: [lab], request: { forMax: 1h } }
`;

let world: SmallWorld;
let env: Record<string, string>;

before(async () => {
  world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n' });
  const at = (name: string) => join(world.folder, name);
  writeFileSync(at('dev'), await world.token('dev'));
  env = {
    XDG_CONFIG_HOME: at('config'),
    SALLYPORT_SERVER: world.gateway.consoleUrl as string,
    SALLYPORT_TOKEN_FILE: at('dev'),
    SALLYPORT_CA_FILE: at('data/ca.crt'),
  };
  const asked = [
    '--target',
    'demo',
    '--namespace',
    'lab',
    '--verb',
    'get',
    '--verb',
    'list',
    '--resource',
    'pods',
    '--resource',
    'configmaps',
  ];
  await sallyport('grants', 'request', ...asked, '--for', '10m', '--reason', 'a task');
  for (const uri of [
    'shop/pods',
    'shop/pods/web',
    'lab/configmaps/settings',
    'lab/configmaps/settings',
    'lab/services/none',
  ])
    await world.ask({ token: await world.token('dev'), uri: `/api/v1/namespaces/${uri}` });
});
after(() => world.stop());

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function sallyport(...args: readonly string[]): Promise<Ran> {
  const [program, ...first] = CLI;
  return new Promise((resolve) => {
    const child = execFile(program, [...first, ...args], { env, cwd: world.folder }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

const journal = () => ['--config', world.configFile];

test('a report says what a grant allowed, what was used, and the narrower one, as a command that asks for it', async () => {
  const { code, stdout } = await sallyport('grants', 'report', ...journal(), '-o', 'json');
  assert.equal(code, 1);
  const [item] = JSON.parse(stdout).items;
  assert.equal(item.uses, 2);
  assert.equal(item.isWider, true);
  assert.equal(item.for, '10m');
  assert.deepEqual(item.used, [
    {
      rule: 'p/config',
      target: 'demo',
      verbs: ['get'],
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: ['settings'],
      namespaces: ['lab'],
    },
  ]);
  const { stdout: text } = await sallyport('grants', 'report', ...journal());
  const [, body = ''] = /next time: sallyport grants request --body '(.*)'$/m.exec(text) ?? [];
  const asked = await sallyport('grants', 'request', '--body', body, '-o', 'json');
  assert.equal(asked.code, 0, asked.stderr);
  assert.deepEqual(JSON.parse(asked.stdout).scopes, item.used);
});

test('a patch narrows the rules to their use with comments where they were; simulated on the same journal, nothing differs', async () => {
  const policyFile = join(world.folder, 'policy.yaml');
  const { code, stdout, stderr } = await sallyport('policy', 'tighten', '--caller', 'dev', ...journal());
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^p\/work: is narrowed\np\/unused: was not used, and goes$/m);
  const before = readFileSync(policyFile, 'utf8');
  const after = applyPatch(before, stdout);
  assert.match(
    after,
    / {2}# What it works with\.\n {2}- { id: work, effect: allow, verbs: \[get, list\], apiGroups: \[""\], resources: \[pods\], namespaces: \[shop\] }\n {2}- { id: config/,
  );
  writeFileSync(join(world.folder, 'narrow.yaml'), after);
  const same = await sallyport('policy', 'simulate', 'policy.yaml', 'narrow.yaml', ...journal());
  assert.equal(same.code, 0, same.stdout);
  assert.match(same.stdout, /^0 of \d+ recorded exchanges would be answered otherwise\nof 0 it cannot be known$/m);
  const asJson = await sallyport('policy', 'tighten', '--caller', 'dev', ...journal(), '-o', 'json');
  const { items, next, patch } = JSON.parse(asJson.stdout);
  assert.deepEqual([asJson.code, next, patch], [1, null, stdout]);
  assert.deepEqual(
    items.map(({ id, state, parts }: { id: string; state: string; parts: unknown[] }) => [id, state, parts.length]),
    [
      ['p/work', 'wider', 1],
      ['p/unused', 'unused', 0],
    ],
  );
  const none = await sallyport('policy', 'tighten', '--caller', 'dev', '--policy', 'narrow.yaml', ...journal());
  assert.deepEqual([none.code, none.stdout], [0, '']);
});

test('what a change would answer otherwise is listed, with what cannot be known', async () => {
  const other = POLICY.replace(
    'resources: ["*"], namespaces: [shop, bank]',
    'resources: [pods], namespaces: [bank]',
  ).replace(
    'resources: [pods, configmaps], namespaces: [lab]',
    'resources: [configmaps], namespaces: [lab], when: operation.name != existing.metadata.name',
  );
  writeFileSync(join(world.folder, 'other.yaml'), other);
  const { code, stdout } = await sallyport(
    'policy',
    'simulate',
    'policy.yaml',
    'other.yaml',
    ...journal(),
    '-o',
    'json',
  );
  assert.equal(code, 1);
  const { differ, mayDiffer } = JSON.parse(stdout);
  const row = ({ operation, before: was, after: is, times }: Record<string, { effect: string }>) => [
    operation,
    was?.effect,
    is?.effect,
    times,
  ];
  assert.deepEqual(differ.map(row), [
    ['get pods shop/web', 'allow', 'deny', 1],
    ['list pods shop', 'allow', 'deny', 1],
  ]);
  assert.deepEqual(mayDiffer.map(row), [['get configmaps lab/settings', 'allow', 'unknown', 2]]);
  assert.deepEqual(mayDiffer[0].needs, ['the live object']);
});

test('a caller that is in no journal has nothing to narrow, and a journal that does not hold says so', async () => {
  const nobody = await sallyport('policy', 'tighten', '--caller', 'nobody', ...journal());
  assert.deepEqual([nobody.code, nobody.stdout], [0, '']);
  assert.match(nobody.stderr, /the journal knows no caller `nobody`/);
  const none = await sallyport('policy', 'simulate', 'policy.yaml', 'policy.yaml', '--journal', 'data');
  assert.equal(none.code, 2);
  assert.match(none.stderr, /there is no journal in `data`/);
});

test('policy check warns of a hold that would have stopped what is ordinary work, and of no other', async () => {
  for (let i = 0; i < 12; i++)
    await world.ask({ token: await world.token('dev'), uri: '/api/v1/namespaces/bank/pods' });
  const held = POLICY.replace(
    'rules:\n',
    'rules:\n  - { id: stops, effect: hold, verbs: [list], apiGroups: [""], resources: [pods], namespaces: [bank] }\n  - { id: rare, effect: hold, verbs: [delete], apiGroups: [""], resources: [pods] }\n',
  );
  const file = join(world.folder, 'held.yaml');
  writeFileSync(file, held);
  const journal = ['--journal', join(world.folder, 'data/journal')];
  const { stdout, stderr } = await sallyport('policy', 'check', file, ...journal, '-o', 'json');
  const found = JSON.parse(stdout).items.filter(({ code }: { code: string }) => code === 'held-work');
  assert.deepEqual(
    found.map(({ rule, message }: { rule: string; message: string }) => [rule, message]),
    [['p/stops', 'it would have held 12 requests that were allowed without a person, of dev']],
    stderr,
  );
  const without = await sallyport('policy', 'check', file, '-o', 'json');
  assert.ok(!without.stdout.includes('held-work'));
});
