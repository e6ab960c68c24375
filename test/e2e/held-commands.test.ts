// One intent on the whole way: a yes to the rest of a command, with its bounds, and a yes to less than was asked.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startIssuer } from '../../demo/issuer.ts';
import { runChild } from '../support/child.ts';
import { CLI } from '../support/gateway-process.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [configmaps] }
  - id: held
    effect: hold
    verbs: [create, patch, delete]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [leads] }], intent: command }
  - { id: by-rule, effect: hold, verbs: [create], apiGroups: [""], resources: [services], namespaces: [shop], hold: { approvers: [{ groups: [leads] }], auto: [{ answer: approve }] } }
  - { id: by-rule-no, effect: hold, verbs: [create], apiGroups: [""], resources: [services], namespaces: [default], hold: { approvers: [{ groups: [leads] }], auto: [{ answer: reject }] } }
  - { id: cool, effect: hold, verbs: [patch], apiGroups: [""], resources: [services], hold: { approvers: [{ groups: [leads] }], auto: [{ answer: reject, cooldown: 1h }] } }
  - { id: never, effect: deny, verbs: [create, patch], apiGroups: [""], resources: [configmaps], when: "has(object.metadata.labels) && 'never' in object.metadata.labels" }
`;

let world: SmallWorld;
let people: Awaited<ReturnType<typeof startIssuer>>;
let env: Record<string, string>;
let token: string;

before(async () => {
  people = await startIssuer();
  world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n', people: people.url });
  const at = (name: string) => join(world.folder, name);
  token = await world.token('dev');
  writeFileSync(at('lea'), await people.tokenFor('lea', ['leads']));
  env = {
    XDG_CONFIG_HOME: at('config'),
    SALLYPORT_SERVER: world.gateway.consoleUrl as string,
    SALLYPORT_TOKEN_FILE: at('lea'),
    SALLYPORT_CA_FILE: at('data/ca.crt'),
  };
});
after(async () => {
  await world.stop();
  await people.close();
});

async function approvals(...args: readonly string[]) {
  const [program, ...first] = CLI;
  return runChild(program, [...first, 'approvals', ...args], { env, cwd: world.folder });
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

async function json(...args: readonly string[]): Promise<Json> {
  const { code, output } = await approvals(...args, '-o', 'json');
  assert.equal(code, 0, output);
  return JSON.parse(output);
}

interface Asked {
  readonly session: string;
  readonly namespace?: string;
  readonly by?: string;
  readonly method?: 'POST' | 'DELETE';
}

/** A request as kubectl sends it for one command. */
async function send(name: string, { session, namespace = 'shop', by = token, method = 'POST' }: Asked) {
  const uri = `/api/v1/namespaces/${namespace}/configmaps${method === 'DELETE' ? `/${name}` : ''}`;
  return world.ask({
    token: by,
    method,
    uri,
    headers: {
      'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234',
      'kubectl-session': session,
      'kubectl-command': 'kubectl apply',
      ...(method === 'DELETE' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'DELETE'
      ? {}
      : { body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } }) }),
  });
}

/** Questions that wait and whose preview is there, once there are so many. */
async function waiting(count = 1): Promise<Json[]> {
  for (;;) {
    const { items } = await json('list', '--state', 'pending');
    if (items.length >= count && items.every(({ preview }: Json) => preview !== 'looking')) return items;
  }
}

const is =
  (text: string) =>
  ({ items }: { items: Json[] }) =>
    items.filter(({ shown }) => shown.body?.includes(text));

test('from the second question of a command on, one yes covers the rest of it, counted and listed; deletes, other places and tokens ask', async () => {
  const session = 'c0ffee00-0000-4000-8000-000000000001';
  const first = send('one', { session });
  const [asked] = await waiting();
  assert.equal(asked.shown.rest, undefined);
  const early = await approvals('approve', asked.id, '--rest');
  assert.deepEqual([early.code, /ANSWER_REFUSED/.test(early.output)], [1, true], early.output);
  assert.equal((await approvals('approve', asked.id)).code, 0);
  assert.equal((await first).status, 201);

  const second = send('two', { session });
  const [next] = await waiting();
  assert.deepEqual([next.shown.rest.verbs, next.shown.rest.earlier.length], [['create'], 1]);
  const yes = await approvals('approve', next.id, '--rest', '2');
  assert.equal(yes.code, 0, yes.output);
  assert.match(yes.output, /can be widened to the rest of its command: create in the same namespace/);
  assert.equal((await second).status, 201);

  assert.equal((await send('three', { session })).status, 201, 'nobody is asked');
  const others = [
    send('three', { session, method: 'DELETE' }),
    send('four', { session, namespace: 'default' }),
    send('five', { session, by: await world.token('eve') }),
    send('six', { session: 'c0ffee00-0000-4000-8000-000000000002' }),
  ];
  const held = await waiting(4);
  assert.equal((await send('seven', { session })).status, 201, 'the second of two');
  const eighth = send('eight', { session });
  const all = await waiting(5);
  assert.equal(all.filter(({ restOf }) => restOf !== undefined).length, 0);
  const [one, other, ...more] = all.map(({ id }) => id as string);
  const no = await approvals('reject', ...more);
  assert.equal(no.code, 0, no.output);
  assert.equal(no.output.match(/^\S+: rejected$/gm)?.length, 3, 'several of one caller are answered together');
  const { items, next: behind } = await json('reject', one as string, other as string);
  assert.deepEqual(
    [items.map(({ id, state }: Json) => [id, state]), behind],
    [[one, other].map((id) => [id, 'rejected']), null],
  );
  assert.deepEqual(new Set((await Promise.all([...others, eighth])).map(({ status }) => status)), new Set([403]));
  assert.equal(held.length, 4);

  const shown = await approvals('show', next.id);
  assert.match(shown.output, /covers the rest of its command: create, 2 of 2 requests/);
  const list = await json('list', '--state', 'approved');
  const covered = is('seven')(list)[0];
  assert.deepEqual([covered.restOf, covered.exchange, covered.status], [next.id, 'answered', 201]);
  const events = await world.events();
  const told = events.flatMap((event) =>
    event.type === 'approval.changed' && event.restOf === next.id ? [event] : [],
  );
  assert.equal(told.length, 2, 'each is in the journal');
});

test('a yes with edits sends what they make of it, judged again: a dry run stores nothing, and what policy denies is denied', async () => {
  const session = 'c0ffee00-0000-4000-8000-000000000003';
  const dry = send('dry', { session });
  const [asked] = await waiting();
  const yes = await approvals('approve', asked.id, '--dry-run', '--good-for', '1m');
  assert.equal(yes.code, 0, yes.output);
  const reply = await dry;
  assert.equal(reply.status, 201, reply.body);
  const { body } = await world.ask({ token, uri: '/api/v1/namespaces/shop/configmaps' });
  assert.ok(!body.includes('"dry"'), 'nothing is stored');

  const labelled = send('labelled', { session });
  const [next] = await waiting();
  assert.equal((await approvals('approve', next.id, '--label', 'by=lea', '--set', '/data/a=two')).code, 0);
  const stored = await labelled;
  assert.equal(stored.status, 201, stored.body);
  const object = JSON.parse(stored.body);
  assert.deepEqual([object.metadata.labels.by, object.data.a], ['lea', 'two']);
  const events = await world.events();
  const permitted = events.find((event) => event.type === 'exchange.permitted' && event.approval === next.id);
  assert.ok(permitted?.type === 'exchange.permitted' && permitted.amended?.rules === `approval ${next.id}`);

  const denied = send('denied', { session });
  const [last] = await waiting();
  assert.equal((await approvals('approve', last.id, '--label', 'never=x')).code, 0);
  const refused = await denied;
  assert.deepEqual([refused.status, /DENIED_BY_RULE/.test(refused.body)], [403, true], refused.body);
  const name = await approvals('approve', last.id, '--set', '/metadata/name=x');
  assert.match(name.output, /cannot be amended/);
});

test('a yes to the rest of a command is not sent together with one to less', async () => {
  for (const less of [
    ['--dry-run'],
    ['--good-for', '1m'],
    ['--set', '/data/a=b'],
    ['--remove', '/data/a'],
    ['--label', 'a=b'],
  ]) {
    const { code, output } = await approvals('approve', 'any', '--rest', ...less);
    assert.notEqual(code, 0);
    assert.match(output, /`--rest` does not go with/);
  }
});

test('what a rule answers by itself runs or is refused at once, and is told as the rule’s own answer', async () => {
  const service = (namespace: string) =>
    world.ask({
      token,
      method: 'POST',
      uri: `/api/v1/namespaces/${namespace}/services`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'auto' },
        spec: { ports: [{ port: 80 }] },
      }),
    });
  assert.equal((await service('shop')).status, 201);
  const no = await service('default');
  assert.deepEqual([no.status, /`rule p\/by-rule-no` said no/.test(no.body)], [403, true], no.body);
  const events = await world.events();
  const answers = events.flatMap((event) =>
    event.type === 'approval.changed' && event.answer?.subject.startsWith('rule ')
      ? [[event.state, event.answer.subject]]
      : [],
  );
  assert.deepEqual(answers, [
    ['approved', 'rule p/by-rule'],
    ['rejected', 'rule p/by-rule-no'],
  ]);
});

test('a person’s no is kept for a time: the like is not asked about again, whatever it holds, and its caller is told until when', async () => {
  const patch = (name: string, label: string) =>
    world.ask({
      token,
      method: 'PATCH',
      uri: `/api/v1/namespaces/shop/services/${name}`,
      headers: {
        'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234',
        'kubectl-session': 'c0ffee00-0000-4000-8000-00000000c001',
        'kubectl-command': 'kubectl label',
        'content-type': 'application/merge-patch+json',
      },
      body: JSON.stringify({ metadata: { labels: { a: label } } }),
    });
  const first = patch('web', 'one');
  const [asked] = await waiting();
  assert.equal((await approvals('reject', asked.id, '--reason', 'not today')).code, 0);
  assert.match((await first).body, /not today/);
  const again = await patch('web', 'two');
  assert.equal(again.status, 403);
  assert.match(
    again.body,
    /`rule p\/cool` said no to approval .*a person said no to the like at .*; nobody is asked again before/,
  );
  const other = patch('api', 'one');
  const [next] = await waiting();
  assert.match(next.shown.operation, /services `api`/);
  assert.equal((await approvals('approve', next.id)).code, 0);
  assert.equal((await other).status, 200);
});
