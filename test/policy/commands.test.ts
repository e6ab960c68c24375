// The `policy` commands as people run them: what they print, and their exit codes.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Standin, startStandin } from '../../demo/standin/standin.ts';
import { parsePolicies } from '../../src/config/parse-policies.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLES = 'examples/policies';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['src/main/cli.ts', 'policy', ...args], { cwd: ROOT });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('close', (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
  });
}

let folder = '';
let standin: Standin;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-policy-'));
  standin = await startStandin();
});
after(async () => {
  await standin.close();
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

suite('policy check', () => {
  test('what the gateway would not load is an error with its place', async () => {
    const path = file(
      'bad.yaml',
      'apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: x }\nrules: [{ effect: alow }]\n',
    );
    const { code, out } = await run('check', path);
    assert.equal(code, 1);
    assert.match(out, /bad\.yaml:4:\d+: rules\[0\]\.effect: /);
  });

  test('warnings fail only where they are to', async () => {
    assert.equal((await run('check', EXAMPLES)).code, 0);
    const { code, out } = await run('check', '--strict', EXAMPLES);
    assert.equal(code, 1);
    assert.match(out, /\(wildcard-verbs\)\n {4}fix: /);
  });

  for (const [what, part] of [
    ['roles', 'roles: [{ role: operator, callers: [{ groups: [platform] }] }]'],
    ['masks', "masks: [{ id: customers, pattern: 'CUST-[0-9]{8}' }]"],
    ['notices', 'notify: [{ on: [kill.changed], to: [on-call] }]'],
    [
      'budgets',
      'budgets: [{ id: deletes, callers: [{ groups: [agents] }], of: deletes, max: 20, per: 10m, over: deny }]',
    ],
    ['retention', 'retention: [{ match: {}, keepFor: 90d }]'],
  ] as const)
    test(`a document of ${what} alone has no rules, and is checked`, async () => {
      const head = 'apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: apart }\ntargets: [prod]\n';
      const { code, out, err } = await run('check', file('apart.yaml', `${head}${part}\n`), EXAMPLES);
      assert.deepEqual([code, err], [0, ''], err);
      assert.match(out, /0 mistakes, \d+ warnings?/);
    });

  test('SARIF has a place and a rule for each', async () => {
    const { out } = await run('check', '-o', 'sarif', EXAMPLES);
    const { version, runs } = JSON.parse(out);
    assert.equal(version, '2.1.0');
    for (const { ruleId, ruleIndex, locations } of runs[0].results) {
      assert.equal(runs[0].tool.driver.rules[ruleIndex].id, ruleId);
      assert.ok(locations[0].physicalLocation.region.startLine >= 1);
    }
  });

  test('no file is a mistake of the call', async () => assert.equal((await run('check')).code, 2));
});

test('what is a list is one as JSON too: items, and where they go on', async () => {
  const tests = ['examples/policies/break-glass.test.yaml', 'examples/policies/ci-deployer.test.yaml'];
  for (const [least, ...args] of [
    [1, 'check', EXAMPLES],
    [0, 'diff', EXAMPLES, EXAMPLES],
    [2, 'test', ...tests],
    [2, 'explain', '--policy', EXAMPLES, '--target', 'demo', '--as', 'x', '--', 'drain', 'n1'],
  ] as const) {
    const { out, err } = await run(...args.toSpliced(1, 0, '-o', 'json'));
    const { items, next, ...rest } = JSON.parse(out || '{}');
    assert.ok(items?.length >= least, `${args[0]}: ${out}${err}`);
    assert.deepEqual([next, rest], [null, {}]);
  }
});

test('policy explain: the decision, its rule, the nearest others, and facts', async () => {
  const words = [
    'explain',
    '--policy',
    EXAMPLES,
    '--target',
    'demo',
    '--as',
    'bot',
    '--group',
    'sre-bots',
    '-o',
    'json',
    '--',
  ];
  const denied = await run(...words, 'get', 'pods', '-n', 'bank');
  assert.equal(denied.code, 1);
  const { decision, nearest } = JSON.parse(denied.out);
  assert.equal(decision.by, 'silence');
  assert.deepEqual(nearest[0].differences, [{ field: 'namespaces', rule: 'shop, shop-*', question: 'bank' }]);
  const allowed = await run(...words, 'get', 'pods', '-n', 'shop');
  assert.equal(allowed.code, 0);
  assert.equal(JSON.parse(allowed.out).decidedBy.id, 'troubleshooter/read-workloads');
});

test('policy explain: a request from a file, with facts', async () => {
  const request = file(
    'request.yaml',
    'method: GET\nuri: /api/v1/namespaces/shop/pods/web/exec?command=id\nheaders: { connection: Upgrade, upgrade: websocket }\n',
  );
  const facts = file(
    'facts.yaml',
    'pod: { spec: { containers: [{ name: c, securityContext: { privileged: true } }] } }\n',
  );
  const caller = [
    '--as',
    'ann',
    '--group',
    'on-call',
    '--kind',
    'person',
    '--target',
    'demo',
    '--at',
    '2026-11-21T12:00:00Z',
  ];
  const { code, out } = await run('explain', '--policy', EXAMPLES, ...caller, '--request', request, '--facts', facts);
  assert.equal(code, 1);
  assert.match(out, /guard privileged-exec/);
  assert.match(out, /used: pod; unknown: none/);
});

test('policy explain: what hangs on a fact that is not given is unknown, and how to give it is told', async () => {
  const policy = file(
    'exec.yaml',
    'apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: e }\ntargets: ["*"]\ncallers: [{ everyone: true }]\nrules: [{ id: in, effect: allow, powers: [exec, portforward] }, { id: read, effect: allow, verbs: [get, list, patch], apiGroups: [""], resources: [pods, nodes] }]\n',
  );
  const words = ['explain', '--policy', policy, '--as', 'x', '--target', 'demo'];
  const asked = ['--', 'exec', 'web', '-n', 'shop', '--', 'id'];
  const unknown = await run(...words, ...asked);
  assert.equal(unknown.code, 3);
  assert.match(unknown.out, /^unknown: it hangs on the pod, which the gateway looks up\n/);
  assert.match(unknown.out, /in --facts FILE, under `pod`: what `kubectl get pod web -n shop -o yaml` prints/);
  assert.match(unknown.out, /\n {2}without {4}deny: the guard `privileged-exec` needs the pod/);
  const json = await run(...words, '-o', 'json', ...asked);
  assert.deepEqual(
    [json.code, JSON.parse(json.out).answer, JSON.parse(json.out).facts.unknown],
    [3, 'unknown', ['pod']],
  );
  const facts = file('pod.yaml', 'pod: { spec: { containers: [{ name: c }] } }\n');
  const known = await run(...words, '--facts', facts, ...asked);
  assert.equal(known.code, 0);
  assert.match(known.out, /^allow: /);
  // A fact that could change nothing any more makes no answer unknown.
  const forward = await run(...words, '--', 'port-forward', 'svc/web', '80', '-n', 'shop');
  assert.equal(forward.code, 0);
  assert.match(forward.out, /note {7}it is a pod of `services\/web` that is reached/);
  const drained = await run(...words, '--', 'drain', 'n1');
  assert.equal(drained.code, 0);
  assert.match(
    drained.out,
    /patch nodes n1 on demo[\s\S]*list pods on demo[\s\S]*ask for `evict POD -n NAMESPACE` too/,
  );
});

test('policy explain: a manifest is applied where no verb is named', async () => {
  const manifest = file(
    'web.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: shop }\nspec: {}\n',
  );
  const { out } = await run('explain', '--policy', EXAMPLES, '--as', 'x', '--target', 'demo', '--request', manifest);
  assert.match(out, /patch deployments\.apps web in shop/);
});

test('policy test: a case that fails is told with its place and why', async () => {
  const policy = join(ROOT, EXAMPLES, 'break-glass.yaml');
  const cases = file(
    'a.test.yaml',
    `apiVersion: sallyport.dev/v1\nkind: PolicyTest\npolicies: [${JSON.stringify(policy)}]\ncaller: { subject: x }\ncases:\n  - { name: all may, run: get pods, expect: allow }\n`,
  );
  const { code, out } = await run('test', cases);
  assert.equal(code, 1);
  assert.match(out, /FAIL {2}all may: get pods\n.*a\.test\.yaml:6: expected allow, got deny silence/);
});

test('policy test: what of a reply is masked, by default masks, by those of policy, and but for what a rule shows', async () => {
  const rules = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ everyone: true }]
targets: ['*']
rules:
  - { id: one, effect: allow, verbs: [get], apiGroups: [''], resources: [secrets], resourceNames: [db], unmask: [{ at: data.user }] }
  - { id: sites, effect: allow, verbs: [list], apiGroups: [example.com], resources: [sites] }
masks:
  - { id: pins, resources: [sites], apiGroups: [example.com], at: ['spec.**.pin'] }
`;
  file('masked.yaml', rules);
  const testOf = (lines: string) =>
    file(
      'masked.test.yaml',
      `apiVersion: sallyport.dev/v1\nkind: PolicyTest\npolicies: [masked.yaml]\ncaller: { subject: x }\n${lines}`,
    );
  const secret = '{ kind: Secret, data: { user: YXBw, "a.b": aHVudGVyMg== } }';
  const site = '{ spec: { doors: [{ pin: "1234" }, { pin: "5678" }], name: a } }';
  const [cases, both] = [
    `cases:
  - { name: user shows, run: get secret db, reply: ${secret}, expect: allow, masked: ['data["a.b"]'] }
  - { name: pins, run: list sites.v1.example.com, reply: ${site}, expect: allow, masked: ['spec.doors[1].pin', 'spec.doors[0].pin'] }
`,
    '  - { name: too little, run: get secret db, reply: { kind: Secret, data: { other: YXBw } }, expect: allow, masked: [] }\n',
  ];
  const passed = await run('test', testOf(cases));
  assert.equal(passed.code, 0, passed.out);
  const failed = await run('test', testOf(cases + both));
  assert.equal(failed.code, 1);
  assert.match(
    failed.out,
    /FAIL {2}too little: .*\n.*expected allow masking nothing, got allow p\/one masking data\.other\n/,
  );
  const open = await run('test', testOf(`openMasks: ['*']\n${cases}`));
  assert.match(open.out, /user shows: .*\n.*got allow p\/one masking nothing\n/);
  assert.match(open.out, /^ok {4}pins/m);
  assert.equal((await run('test', testOf(`openMasks: [nothing]\n${cases}`))).code, 2);
});

test('policy diff: nothing, or who gains what', async () => {
  const path = join(EXAMPLES, 'break-glass.yaml');
  const same = await run('diff', path, path);
  assert.deepEqual([same.code, same.out], [0, 'nobody gains or loses anything\n']);
  const other = await run('diff', path, join(EXAMPLES, 'self-healing-operator.yaml'));
  assert.equal(other.code, 1);
  assert.match(other.out, /could not be before:\n {2}autonomous, subject ops:self-healer \| /);
});

test('policy who-can: by rule, with what it hangs on', async () => {
  const policy = join(EXAMPLES, 'self-healing-operator.yaml');
  const { code, out } = await run('who-can', 'create', 'pods/eviction', '-n', 'shop', '--policy', policy);
  assert.equal(code, 0);
  assert.match(out, /subject ops:self-healer/);
  assert.match(out, /when namespace labels/);
});

test('policy import rbac: from a cluster, by GET alone, and what comes out loads', async () => {
  const kubeconfig = file('kubeconfig', standin.kubeconfig(standin.adminToken));
  const before = standin.requests.length;
  const { code, out, err } = await run('import', 'rbac', '--kubeconfig', kubeconfig, '--target', 'demo');
  assert.equal(code, 0, err);
  const parsed = parsePolicies([{ path: 'imported.yaml', text: out }]);
  assert.ok('rules' in parsed && parsed.rules.length > 0, out);
  const sent = standin.requests.slice(before);
  assert.ok(sent.length >= 4);
});
