// Policy that is tried before it is enforced: nothing changes for real, and what would is in the journal, in a metric and in a report.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, suite, test } from 'node:test';
import { parsePolicies } from '../../src/config/parse-policies.ts';
import { CLI } from '../support/gateway-process.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list, create, update, patch], apiGroups: [""], resources: [pods, configmaps] }
  - { id: no-settings, effect: deny, mode: observe, verbs: [get], apiGroups: [""], resources: [configmaps], when: existing.metadata.name == "settings" }
  - { id: ask, effect: hold, mode: observe, verbs: [list], apiGroups: [""], resources: [pods] }
  - { id: no-new, effect: deny, mode: observe, verbs: [create], apiGroups: [""], resources: [configmaps] }
`;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
}

function run(world: SmallWorld, ...args: readonly string[]): Promise<Ran> {
  const [program, ...first] = CLI;
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...first, ...args, '--config', world.configFile],
      { cwd: world.folder },
      (_error, stdout) => resolve({ code: child.exitCode, stdout }),
    );
  });
}

const decisions = async (world: SmallWorld) =>
  (await world.events()).flatMap((event) =>
    event.type === 'exchange.ended' && event.decision !== undefined ? [event.decision] : [],
  );

suite('rules with `mode: observe`', () => {
  let world: SmallWorld;
  before(async () => {
    world = await startSmallWorld({ policy: POLICY });
  });
  after(() => world.stop());
  const get = async (uri: string) =>
    world.ask({ token: await world.token('dev'), uri: `/api/v1/namespaces/shop/${uri}` });

  test('decide nothing, and their answer is recorded beside the one in force, on the facts that they hang on', async () => {
    assert.equal((await get('configmaps/settings')).status, 200);
    assert.equal((await get('configmaps/other')).status, 404);
    assert.equal((await get('pods')).status, 200);
    assert.equal((await get('services')).status, 403);
    const found = (await decisions(world)).map(({ effect, rule, shadow, facts }) => ({ effect, rule, shadow, facts }));
    assert.deepEqual(found, [
      { effect: 'allow', rule: 'p/read', shadow: { effect: 'deny', rule: 'p/no-settings' }, facts: ['existing'] },
      { effect: 'allow', rule: 'p/read', shadow: { effect: 'deny', rule: 'p/no-settings' }, facts: ['existing'] },
      { effect: 'allow', rule: 'p/read', shadow: { effect: 'hold', rule: 'p/ask' }, facts: undefined },
      { effect: 'deny', rule: '', shadow: undefined, facts: undefined },
    ]);
  });

  test('what an apply would make is asked about too', async () => {
    const apply = async (name: string) =>
      world.ask({
        token: await world.token('dev'),
        method: 'PATCH',
        uri: `/api/v1/namespaces/shop/configmaps/${name}?fieldManager=test`,
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } }),
      });
    assert.ok((await apply('brand-new')).status < 300);
    const [made] = (await decisions(world)).slice(-1);
    assert.deepEqual(made?.shadow, { effect: 'deny', rule: 'p/no-new' });
    assert.ok((await apply('brand-new')).status < 300);
    const [again] = (await decisions(world)).slice(-1);
    assert.equal(again?.shadow, undefined);
  });

  test('the report tells who would be refused or held by which rule, the explanation too, and the metric counts', async () => {
    const { code, stdout } = await run(world, 'policy', 'shadow', 'report', '-o', 'json');
    assert.equal(code, 1);
    const { items, rules } = JSON.parse(stdout);
    assert.deepEqual(
      items.map(({ operation, was, would, rule, times }: Record<string, unknown>) => [
        operation,
        was,
        would,
        rule,
        times,
      ]),
      [
        ['get configmaps shop/other', 'allow', 'deny', 'p/no-settings', 1],
        ['get configmaps shop/settings', 'allow', 'deny', 'p/no-settings', 1],
        ['list pods shop', 'allow', 'hold', 'p/ask', 1],
        ['patch configmaps shop/brand-new', 'allow', 'deny', 'p/no-new', 1],
      ],
    );
    assert.deepEqual(rules, []);
    const explained = await run(world, 'policy', 'explain', '--as', 'dev', '--group', 'ops', '--target', 'demo');
    assert.equal(explained.code, 2);
    const metrics = await (await fetch(`${world.gateway.privateUrl}/metrics`)).text();
    assert.match(metrics, /sallyport_shadow_decisions_total\{target="demo",effect="hold"\} 1/);
  });
});

suite('a target under `unsafe.observe`', () => {
  let world: SmallWorld;
  const until = new Date(Date.now() + 86_400_000).toISOString();
  before(async () => {
    world = await startSmallWorld({
      policy: POLICY,
      config: `unsafe: { observe: { targets: [demo], until: "${until}" } }\n`,
    });
  });
  after(() => world.stop());

  test('forwards what policy would refuse or hold, and says so in every reply; guards stay', async () => {
    const token = await world.token('dev');
    const refused = await world.ask({ token, uri: '/api/v1/namespaces/shop/services' });
    assert.equal(refused.status, 200);
    assert.equal(refused.headers['sallyport-observed-until'], until);
    assert.match(
      String(refused.headers['warning']),
      /^299 sallyport "policy would refuse this \(no rule allows it\); this target is only observed"$/,
    );
    const allowed = await world.ask({ token, uri: '/api/v1/namespaces/shop/pods/web' });
    assert.equal(allowed.headers['sallyport-observed-until'], until);
    assert.equal(allowed.headers['warning'], undefined);
    const guarded = await world.ask({
      token,
      method: 'POST',
      uri: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'mine' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      }),
    });
    assert.equal(guarded.status, 403);
    assert.match(guarded.body, /the guard `rbac` stops it/);
    assert.equal(guarded.headers['sallyport-observed-until'], until);
    const [first, , last] = await decisions(world);
    assert.deepEqual(first, { effect: 'allow', rule: 'unsafe.observe', shadow: { effect: 'deny', rule: '' } });
    assert.equal(last?.effect, 'deny');
  });

  test('secrets stay masked', async () => {
    const { status, body } = await world.ask({
      token: await world.token('dev'),
      uri: '/api/v1/namespaces/shop/secrets',
    });
    assert.equal(status, 200);
    for (const item of (JSON.parse(body) as { items: { data?: Record<string, string> }[] }).items)
      for (const value of Object.values(item.data ?? {}))
        assert.match(Buffer.from(value, 'base64').toString(), /^masked-by-sallyport-/);
  });

  test('`can-i` says what is in force, and start, readyz and metrics say that it is observed', async () => {
    const { body } = await world.ask({
      token: await world.token('dev'),
      method: 'POST',
      uri: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'list', resource: 'services', namespace: 'shop' } },
      }),
    });
    assert.equal((JSON.parse(body) as { status: { allowed: boolean } }).status.allowed, true);
    const started = (await world.events()).find(({ type }) => type === 'gateway.started');
    assert.deepEqual(started, { ...started, observed: { targets: ['demo'], until: Date.parse(until) } });
    assert.match(
      await (await fetch(`${world.gateway.privateUrl}/readyz`)).text(),
      /the policy of target `demo` is only observed until/,
    );
    assert.match(await (await fetch(`${world.gateway.privateUrl}/metrics`)).text(), /sallyport_unsafe_options 1/);
    assert.match(world.log(), /only observed until/);
  });

  test('the report ends with rules that would allow what was done, and they load', async () => {
    const { code, stdout } = await run(world, 'policy', 'shadow', 'report');
    assert.equal(code, 1);
    const text = stdout.slice(stdout.indexOf('apiVersion:'));
    const parsed = parsePolicies([{ path: 'observed.yaml', text }]);
    assert.ok(!('findings' in parsed), stdout);
    const [rule, ...more] = parsed.rules;
    assert.equal(more.length, 0);
    assert.deepEqual(
      [rule?.callers, rule?.targets, rule?.verbs, rule?.resources, rule?.namespaces],
      [[{ subjects: ['dev'] }], ['demo'], ['list'], ['secrets', 'services'], [{ name: 'shop' }]],
    );
  });
});
