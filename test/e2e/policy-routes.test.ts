// What the console shows of policy, over a real gateway: the rules with their use, why a request is answered as it is, and a proposal tried on what was recorded.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent } from 'undici';
import type { PolicyView, Tried, WhyAnswer } from '../../src/control/policy-contract.ts';
import { DESK_LIMITS } from '../../src/main/policy-desk.ts';
import { type ConsoleWorld, startConsoleWorld } from '../support/console-world.ts';
import { controlApi } from '../support/control-api.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
  - { role: auditor, callers: [{ groups: [bounded] }], targets: [demo] }
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [configmaps, services] }
  - { id: write, effect: allow, verbs: [create], apiGroups: [""], resources: [configmaps], namespaces: [shop] }
  - { id: soon, effect: deny, mode: observe, verbs: [list], apiGroups: [""], resources: [services] }
`;

const TEST = `apiVersion: sallyport.dev/v1
kind: PolicyTest
policies: [policy.yaml]
caller: { subject: bot, groups: [ops], issuer: main }
target: demo
now: 2026-01-01T00:00:00Z
cases:
  - { name: reading goes on, run: get configmaps -n shop, expect: allow }
`;

/** Limit: a try of a proposal is four commands, one after the other, and each yields to all else that the machine does. */
const TRY_MS_MAX = 4 * DESK_LIMITS.commandMs;

let world: ConsoleWorld;
let agent: Agent;
let admin: string;

before(async () => {
  world = await startConsoleWorld({ policy: POLICY, persons: [] });
  writeFileSync(join(world.world.folder, 'policy.test.yaml'), TEST);
  agent = new Agent({ connect: { ca: world.world.caPem }, headersTimeout: TRY_MS_MAX });
  admin = await world.people.tokenFor('ada', ['admins']);
  const token = await world.world.token('dev');
  for (const resource of ['configmaps', 'services'])
    assert.equal((await world.world.ask({ token, uri: `/api/v1/namespaces/shop/${resource}` })).status, 200);
});
after(async () => {
  await agent.close();
  await world.stop();
});

const ask = controlApi(
  () => world.consoleUrl,
  () => agent,
);

async function api<Answer>(method: 'GET' | 'POST', path: string, body?: object, token = admin) {
  const reply = await ask(token, method, path, body);
  return { status: reply.status, body: reply.body as Answer };
}

test('the rules in force are told with their use, the ones that nobody used as such, observed ones too', async () => {
  const { status, body } = await api<PolicyView>('GET', '/policy');
  assert.equal(status, 200);
  assert.deepEqual(
    body.items.map(({ id, effect, uses, isObserved, file }) => [id, effect, uses, isObserved, file]),
    [
      ['p/read', 'allow', 2, false, 'policy.yaml'],
      ['p/soon', 'deny', 0, true, 'policy.yaml'],
      ['p/write', 'allow', 0, false, 'policy.yaml'],
    ],
  );
  assert.equal(body.isWhole, false);
});

test('why not: a pasted command is answered with the rule, and those nearest to it', async () => {
  const why = async (command: string) =>
    (await api<WhyAnswer>('POST', '/policy/why', { as: 'ci:dev', groups: ['ops'], command })).body.items;
  const [yes] = await why('$ kubectl --context prod get configmaps -n shop -o yaml');
  assert.deepEqual([yes?.answer, yes?.decidedBy?.id], ['allow', 'p/read']);
  const [no] = await why('kubectl create configmap settings -n elsewhere');
  assert.equal(no?.answer, 'deny');
  const near = no?.nearest?.find(({ id }) => id === 'p/write');
  assert.deepEqual(
    near?.differences.map(({ field }) => field),
    ['namespaces'],
  );
});

test('what a person types reaches no shell, and no option of the command that answers', async () => {
  const words = ['; touch pwned', '$(touch pwned)', '--config=/etc/passwd', '-o=sarif'];
  for (const command of words) {
    const { status, body } = await api<{ code: string }>('POST', '/policy/why', { as: '--help', command });
    assert.deepEqual([status, body.code], [400, 'REQUEST_MALFORMED'], command);
  }
  const { status } = await api('GET', `/policy/who-can?verb=--config&resource=pods`);
  assert.equal(status, 200);
  const { body } = await api<WhyAnswer>('POST', '/policy/why', { as: '--group=admins', command: 'get pods -n shop' });
  assert.equal(body.items[0]?.answer, 'deny');
  assert.ok(!readdirSync(world.world.folder).includes('pwned'));
});

test('who can, over all callers', async () => {
  const { body } = await api<{ allowed: { callers: string; rule: string }[] }>(
    'GET',
    '/policy/who-can?verb=create&resource=configmaps&namespace=shop',
  );
  assert.deepEqual(
    body.allowed.map(({ callers, rule }) => [callers, rule]),
    [['in ops', 'p/write']],
  );
});

test('what is only observed is told with what it would have answered', async () => {
  const { body } = await api<{ items: { was: string; would: string; rule: string }[] }>('GET', '/policy/shadow');
  assert.deepEqual(
    body.items.map(({ was, would, rule }) => [was, would, rule]),
    [['allow', 'deny', 'p/soon']],
  );
});

test('a proposal is checked, tested and simulated on what was recorded; nothing in force changes', {
  timeout: 2 * TRY_MS_MAX,
}, async () => {
  const text = POLICY.replace('resources: [configmaps, services]', 'resources: [services]');
  const tried = async (file: string, changed: string) => {
    const { status, body } = await api<Tried>('POST', '/policy/proposals/try', { files: [{ file, text: changed }] });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const result = await tried('policy.yaml', text);
  assert.match(result.patch, /^--- a\/policy\.yaml\n\+\+\+ b\/policy\.yaml\n@@ /);
  assert.ok(result.changes?.some((line) => /can no longer be done/.test(line)));
  assert.deepEqual(
    result.tests?.map(({ name, isPassed }) => [name, isPassed]),
    [['reading goes on', false]],
  );
  assert.deepEqual(
    result.simulation?.differ.map(({ caller, operation, after: { effect } }) => [caller, operation, effect]),
    [['ci:dev', 'list configmaps shop', 'deny']],
  );
  const wrong = await tried('policy.yaml', POLICY.replace('effect: allow', 'effect: alow'));
  assert.deepEqual(
    [wrong.findings[0]?.file, wrong.findings[0]?.severity, wrong.simulation],
    ['policy.yaml', 'error', undefined],
  );
  assert.equal(readFileSync(world.world.policyFile, 'utf8'), POLICY);
  assert.deepEqual(
    readdirSync(join(world.world.folder, 'data')).filter((name) => name.startsWith('proposal-')),
    [],
    'nothing of a proposal is kept',
  );
  const elsewhere = await api<{ code: string }>('POST', '/policy/proposals/try', {
    files: [{ file: '../../etc/passwd', text: 'x' }],
  });
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [400, 'REQUEST_MALFORMED']);
});

test('rules narrowed to what was used of them come as a patch and as texts', async () => {
  const { body } = await api<{ patch: string; says: string[]; files: { file: string; text: string }[] }>(
    'POST',
    '/policy/narrower',
    { caller: 'ci:*' },
  );
  assert.match(body.patch, /^-.*id: read,.*\[get, list\]/m);
  assert.ok(body.says.some((line) => line.includes('p/write')));
  assert.doesNotMatch(body.files[0]?.text ?? '', /id: write/);
});

test('policy is shown to who holds a role without bounds, and to nobody else', async () => {
  const others = [
    await world.people.tokenFor('bea', ['bounded']),
    await world.people.tokenFor('nobody', []),
    await world.world.token('dev', ['admins']),
  ];
  for (const token of others)
    for (const [method, path, body] of [
      ['GET', '/policy'],
      ['GET', '/policy/files'],
      ['GET', '/policy/who-can?verb=get&resource=pods'],
      ['GET', '/policy/shadow'],
      ['POST', '/policy/why', { as: 'x', command: 'get pods' }],
      ['POST', '/policy/narrower', { caller: '*' }],
      ['POST', '/policy/proposals/try', { files: [{ file: 'policy.yaml', text: POLICY }] }],
    ] as const) {
      const reply = await api<{ code: string }>(method, path, body, token);
      assert.deepEqual([reply.status, reply.body.code], [403, 'ROLE_REQUIRED'], `${method} ${path}`);
    }
});
