// Holds on the whole way: a request waits, a person answers at the control plane, and exactly that request runs, once.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { controlApi } from '../support/control-api.ts';
import { type AskOptions, type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: approver, callers: [{ groups: [seniors] }] }
  - { role: auditor, callers: [{ groups: [auditors] }] }
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: ["", apps], resources: [pods, configmaps, namespaces, deployments] }
  - { id: free, effect: allow, verbs: [create], apiGroups: [""], resources: [configmaps, namespaces], query: { dryRun: false } }
  - id: remove
    effect: hold
    reason: what is removed is gone
    verbs: [delete, deletecollection, update, patch, get]
    apiGroups: [""]
    resources: [configmaps]
    resourceNames: [held, held-2, held-3, held-4, held-5, held-6, held-7, held-8, held-9, held-10]
    hold: { approvers: [{ groups: [leads] }, { subjects: ["p:max"] }] }
  - id: namespaces
    effect: hold
    verbs: [delete]
    apiGroups: [""]
    resources: [namespaces]
    hold: { approvers: [{ groups: [leads] }], lifts: [deletions] }
  - id: two
    effect: hold
    verbs: [create]
    apiGroups: [""]
    resources: [services]
    hold: { approvers: [{ groups: [leads] }], quorum: 2 }
  - { id: role, effect: hold, verbs: [create], apiGroups: [""], resources: [pods] }
  - { id: brief, effect: hold, verbs: [patch], apiGroups: [apps], resources: [deployments/scale], hold: { approvers: [{ groups: [leads] }], waitMax: 1s } }
  - { id: shell, effect: hold, powers: [exec], hold: { approvers: [{ groups: [leads] }], upgradeWaitMax: 1s } }
  - id: asked
    effect: request
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    namespaces: [shop]
    request: { approval: { approvers: [{ groups: [leads] }] } }
  - id: never
    effect: deny
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    resourceNames: [sealed]
    namespaces: [default]
`;

const KUBECTL = { 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234' };

let world: SmallWorld;
let people: Awaited<ReturnType<typeof startIssuer>>;
let dispatcher: Agent;
let token: string;
let lead: string;

before(async () => {
  people = await startIssuer();
  world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n', people: people.url });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
  token = await world.token('dev');
  lead = await people.tokenFor('lea', ['leads']);
  await listen();
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
  await people.close();
});

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

const at = (name: string) => `/api/v1/namespaces/default/configmaps/${name}`;

async function make(name: string): Promise<void> {
  const made = await world.ask({
    token,
    method: 'POST',
    uri: '/api/v1/namespaces/default/configmaps',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } }),
  });
  assert.equal(made.status, 201, made.body);
}

const held = (options: Partial<AskOptions> & { uri: string }) =>
  world.ask({ token, method: 'DELETE', headers: KUBECTL, ...options });

/** Every question as it changes, as an auditor hears of them. */
const told: Json[] = [];
let heard: (() => void) | undefined;

async function listen(): Promise<void> {
  const reply = await request(`${world.gateway.consoleUrl}/api/v1/approvals/events`, {
    dispatcher,
    headers: { authorization: `Bearer ${await people.tokenFor('una', ['auditors'])}` },
  });
  reply.body.on('error', () => {});
  let rest = '';
  reply.body.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) if (line.startsWith('data: ')) told.push(JSON.parse(line.slice(6)));
    heard?.();
  });
}

/** The first that is told of and is meant, and no sooner than it is. */
async function heardOf(isMeant: (approval: Json) => boolean): Promise<Json> {
  for (;;) {
    const found = told.findIndex(isMeant);
    if (found >= 0) return told.splice(found, 1)[0];
    await new Promise<void>((resolve) => {
      heard = resolve;
    });
  }
}

/** The question that waits, once it is there, as one of its approvers sees it. */
async function question(of: string, who = lead): Promise<Json> {
  const { id } = await heardOf(
    ({ state, shown, answers, preview }) =>
      state === 'pending' && answers.length === 0 && preview !== 'looking' && shown.operation.includes(of),
  );
  return (await api(who, 'GET', `/approvals/${id}`)).body;
}

/** A question of this id, with what it would do. */
const whole = (of: string | string[] | undefined): Promise<Json> =>
  heardOf(({ id, preview }) => id === of && preview !== 'looking');

async function answer(
  who: string,
  asked: Json,
  said: 'approve' | 'reject',
  reason = '',
): Promise<{ status: number; body: Json }> {
  return api(who, 'POST', `/approvals/${asked.id}/${said}`, { digest: asked.digest, reason });
}

async function isThere(name: string): Promise<boolean> {
  // Reading it is held by the rule too; the list is not.
  const { body } = await world.ask({ token, uri: '/api/v1/namespaces/default/configmaps' });
  return (JSON.parse(body).items as Json[]).some(({ metadata }) => metadata.name === name);
}

const statusOf = (reply: { body: string }): Json => JSON.parse(reply.body);
const codeOf = (reply: { body: string }): string =>
  statusOf(reply).details.causes.find(({ reason }: Json) => reason === 'SallyportCode').message;

test('a held delete waits, a person approves it, and exactly that ran, once', async () => {
  await make('held');
  const waiting = held({ uri: at('held') });
  const asked = await question('`held`');
  assert.equal(asked.shown.operation, 'delete configmaps `held` in namespace `default`');
  assert.deepEqual(
    [asked.state, asked.exchange, asked.mayAnswer, asked.asker.subject],
    ['pending', 'waiting', true, 'ci:dev'],
  );
  assert.ok(await isThere('held'), 'nothing runs before the yes');
  const said = await answer(lead, asked, 'approve', 'fine');
  assert.equal(said.status, 200, JSON.stringify(said.body));
  assert.equal((await waiting).status, 200);
  assert.ok(!(await isThere('held')));
  const after = await api(lead, 'GET', `/approvals/${asked.id}`);
  assert.deepEqual([after.body.state, after.body.exchange, after.body.status], ['approved', 'answered', 200]);
  const events = await world.events();
  const permitted = events.find((event) => event.type === 'exchange.permitted' && event.approval === asked.id);
  assert.ok(permitted?.type === 'exchange.permitted' && permitted.exchange === after.body.usedBy);
  const changes = events.flatMap((event) =>
    event.type === 'approval.changed' && event.approval === asked.id ? [event] : [],
  );
  assert.deepEqual(
    changes.map(({ state, answer: by }) => [state, by?.subject]),
    [
      ['pending', undefined],
      ['pending', undefined], // with what it would do
      ['approved', 'p:lea'],
    ],
  );
  assert.equal(changes[0]?.exchange, after.body.usedBy);
  await make('held');
  const again = held({ uri: at('held') });
  const next = await question('`held`');
  assert.notEqual(next.id, asked.id, 'a yes is used once');
  await answer(lead, next, 'reject');
  assert.equal((await again).status, 403);
});

test('what a person rejects is told in their words, and is remembered for a second try', async () => {
  await make('held-2');
  const waiting = held({ uri: at('held-2') });
  const asked = await question('`held-2`');
  assert.equal((await answer(lead, asked, 'reject', 'after the release')).status, 200);
  const reply = await waiting;
  assert.equal(reply.status, 403);
  assert.equal(codeOf(reply), 'REJECTED');
  assert.match(statusOf(reply).message, /`p:lea` said no .* “after the release”/);
  const again = await held({ uri: at('held-2') });
  assert.equal(codeOf(again), 'REJECTED');
  assert.ok(await isThere('held-2'));
});

test('the example: a namespace deletion pauses, a person approves, and it is deleted though a guard would stop it', async () => {
  const made = await world.ask({
    token,
    method: 'POST',
    uri: '/api/v1/namespaces',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-x' } }),
  });
  assert.equal(made.status, 201, made.body);
  const waiting = held({ uri: '/api/v1/namespaces/team-x' });
  const asked = await question('namespaces `team-x`');
  assert.match(asked.shown.risks[0], /the guard `deletions` would stop it/);
  await answer(lead, asked, 'approve');
  assert.equal((await waiting).status, 200);
});

test('T61: nobody without a seat sees or answers it, and the asker’s own token answers nothing', async () => {
  await make('held-3');
  const waiting = held({ uri: at('held-3') });
  const asked = await question('`held-3`');
  const stranger = await people.tokenFor('sam', ['others']);
  assert.equal((await answer(stranger, asked, 'approve')).status, 404);
  assert.equal((await api(stranger, 'GET', `/approvals/${asked.id}`)).status, 404);
  assert.deepEqual((await api(stranger, 'GET', '/approvals')).body.items, []);
  const auditor = await answer(await people.tokenFor('una', ['auditors']), asked, 'approve');
  assert.deepEqual([auditor.status, auditor.body.code], [403, 'ANSWER_REFUSED']);
  const own = await answer(token, asked, 'approve');
  assert.deepEqual([own.status, own.body.code], [403, 'ANSWER_REFUSED']);
  const bot = await world.token('bot', ['leads']);
  assert.equal((await answer(bot, asked, 'approve')).status, 404, 'a machine has no seat, whatever its groups');
  const other = await api(lead, 'POST', `/approvals/${asked.id}/approve`, { digest: '0'.repeat(64) });
  assert.deepEqual([other.status, other.body.code], [412, 'VERSION_CHANGED']);
  assert.equal((await api(lead, 'GET', `/approvals/${asked.id}/approve`)).status, 405, 'a GET answers nothing');
  assert.equal(
    (await answer(await people.tokenFor('max', []), asked, 'approve')).status,
    200,
    'a subject that is named',
  );
  assert.equal((await waiting).status, 200);
  const late = await answer(lead, asked, 'reject');
  assert.deepEqual([late.status, late.body.code], [409, 'ANSWER_LATE']);
});

test('what became of each rule’s questions is reported to who has a role, and to nobody else', async () => {
  const { body } = await api(await people.tokenFor('una', ['auditors']), 'GET', '/approvals/report');
  const [first] = body.items.filter(({ rule }: Json) => rule === 'p/remove');
  assert.ok(first.asked >= 3 && first.approved >= 1 && first.rejected >= 1, JSON.stringify(body));
  assert.deepEqual(first.mostly[0].what, 'delete configmaps');
  assert.equal((await api(token, 'GET', '/approvals/report')).body.code, 'ROLE_REQUIRED');
});

test('a quorum of two waits for another person', async () => {
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { ports: [{ port: 80 }] },
  });
  const headers = { ...KUBECTL, 'content-type': 'application/json' };
  const waiting = held({ method: 'POST', uri: '/api/v1/namespaces/default/services', headers, body });
  const asked = await question('create services');
  assert.equal((await answer(lead, asked, 'approve')).body.state, 'pending');
  assert.equal((await answer(lead, asked, 'approve')).body.code, 'ANSWER_LATE');
  assert.equal((await answer(await people.tokenFor('mia', ['leads']), asked, 'approve')).body.state, 'approved');
  assert.equal((await waiting).status, 201);
});

test('where a rule names nobody, the role approver answers', async () => {
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  const headers = { ...KUBECTL, 'content-type': 'application/json' };
  const waiting = held({ method: 'POST', uri: '/api/v1/namespaces/default/pods', headers, body });
  const senior = await people.tokenFor('kim', ['seniors']);
  const asked = await question('create pods', senior);
  assert.match(asked.shown.body, /"image": "i"/);
  assert.equal((await answer(senior, asked, 'approve')).status, 200);
  assert.equal((await waiting).status, 201);
});

test('T36, T81: an eviction, a read and a client that is not known are told; one that follows a 429 is answered one', async () => {
  await make('held-4');
  const read = await held({ method: 'GET', uri: at('held-4') });
  assert.deepEqual([read.status, codeOf(read)], [403, 'HELD']);
  const reply = await held({ uri: `${at('held-4')}?timeout=2s` });
  assert.deepEqual([reply.status, codeOf(reply)], [429, 'HELD_WAITING']);
  assert.equal(reply.headers['retry-after'], '1');
  assert.equal(statusOf(reply).reason, 'HeldForApproval', 'T66: no other 429 has this reason');
  const id = reply.headers['sallyport-approval'];
  const joined = held({ uri: `${at('held-4')}?timeout=2s` });
  const asked = await whole(id);
  assert.equal(asked.state, 'pending');
  await answer(lead, asked, 'approve');
  assert.equal((await joined).status, 200, 'the second try joins the question of the first');
});

test('a question that nobody answers in time is refused with 403, never 429', async () => {
  const reply = await held({
    method: 'PATCH',
    uri: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
    headers: { ...KUBECTL, 'content-type': 'application/merge-patch+json' },
    body: '{"spec":{"replicas":2}}',
  });
  assert.deepEqual([reply.status, codeOf(reply)], [403, 'HOLD_EXPIRED'], reply.body);
});

test('who may answer asks back, and the caller is told in its next refusal and answers; nobody else has a word', async () => {
  await make('held-8');
  const first = await held({ uri: `${at('held-8')}?timeout=1s` });
  const id = first.headers['sallyport-approval'];
  const asked = await whole(id);
  const say = (who: string, text: string) => api(who, 'POST', `/approvals/${id}/say`, { text });
  assert.equal((await say(lead, 'why now?')).status, 200);
  const again = await held({ uri: `${at('held-8')}?timeout=1s` });
  assert.match(statusOf(again).message, /`p:lea` asks: “why now\?”, which `sallyport approvals say \w+ …` answers/);
  assert.equal((await say(token, 'the release is tonight')).status, 200);
  assert.doesNotMatch(statusOf(await held({ uri: `${at('held-8')}?timeout=1s` })).message, /why now/, 'it is answered');
  assert.equal((await say(await people.tokenFor('una', ['auditors']), 'hm')).body.code, 'ANSWER_REFUSED');
  assert.equal((await say(await people.tokenFor('sam', ['others']), 'hm')).status, 404);
  const now = (await api(lead, 'GET', `/approvals/${id}`)).body;
  assert.deepEqual(
    now.words.map(({ subject, isAsker, text }: Json) => [subject, isAsker, text]),
    [
      ['p:lea', false, 'why now?'],
      ['ci:dev', true, 'the release is tonight'],
    ],
  );
  assert.equal(now.digest, asked.digest, 'words change nothing of what is answered');
  assert.equal((await answer(lead, asked, 'reject')).status, 200);
  assert.equal((await say(lead, 'late')).body.code, 'ANSWER_LATE');
});

test('T59: a caller that goes away withdraws its question, and a late yes does nothing', async () => {
  await make('held-5');
  const { hostname, port } = new URL(world.gateway.url);
  const waiting = httpsRequest({
    ca: world.caPem,
    hostname,
    port,
    path: `/k8s/demo${at('held-5')}`,
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}`, ...KUBECTL },
  });
  waiting.on('error', () => {});
  waiting.end();
  const asked = await question('`held-5`');
  waiting.destroy();
  await heardOf(({ id, state }) => id === asked.id && state === 'withdrawn');
  assert.equal((await answer(lead, asked, 'approve')).body.code, 'ANSWER_LATE');
  assert.ok(await isThere('held-5'));
});

test('T31: the same name for another object is another question', async () => {
  await make('held-6');
  const first = held({ uri: `${at('held-6')}?timeout=1s` });
  const reply = await first;
  const id = reply.headers['sallyport-approval'] as string;
  const asked = await whole(id);
  await answer(lead, asked, 'approve');
  assert.equal((await api(lead, 'GET', `/approvals/${id}`)).body.exchange, 'waiting');
  assert.equal((await held({ uri: `${at('held-6')}?timeout=1s` })).status, 200);
  await make('held-6');
  const other = await held({ uri: `${at('held-6')}?timeout=1s` });
  assert.equal(other.status, 429);
  assert.notEqual(other.headers['sallyport-approval'], id);
});

test('T59, T60: a yes is good for the caller that asked, with whatever token it comes back, and for nobody else', async () => {
  await make('held-10');
  const uri = `${at('held-10')}?timeout=1s`;
  const id = (await held({ uri })).headers['sallyport-approval'];
  assert.equal((await answer(lead, await whole(id), 'approve')).status, 200);
  const other = await held({ uri, token: await world.token('another') });
  assert.equal(other.status, 429);
  assert.notEqual(other.headers['sallyport-approval'], id, 'another caller asks for itself');
  const out = await held({ uri, token: await world.token('dev', ['guests']) });
  assert.deepEqual(
    [out.status, codeOf(out)],
    [403, 'DENIED_BY_SILENCE'],
    'what its new token may not, the yes does not give',
  );
  assert.equal((await api(lead, 'GET', `/approvals/${id}`)).body.exchange, 'waiting');
  assert.equal((await held({ uri, token: await world.token('dev') })).status, 200);
  assert.equal((await api(lead, 'GET', `/approvals/${id}`)).body.exchange, 'answered');
  assert.ok(!(await isThere('held-10')));
});

test('policy is asked again when the answer comes', async () => {
  await make('held-7');
  const waiting = held({ uri: at('held-7') });
  const asked = await question('`held-7`');
  await writeFile(world.policyFile, POLICY.replace('resourceNames: [sealed]', 'resourceNames: [sealed, held-7]'));
  await world.gateway.lookAtPolicy();
  await answer(lead, asked, 'approve');
  const reply = await waiting;
  assert.deepEqual([reply.status, codeOf(reply)], [403, 'DENIED_BY_RULE']);
  assert.ok(await isThere('held-7'));
  await writeFile(world.policyFile, POLICY);
  await world.gateway.lookAtPolicy();
});

/** One try at an exec: its status, and its approval where it is held. */
async function exec(upgrade: 'websocket' | 'SPDY/3.1'): Promise<{ status: number; approval: string }> {
  const { hostname, port } = new URL(world.gateway.url);
  const { body } = await world.ask({ token, uri: '/api/v1/namespaces/shop/pods' });
  const { name } = (JSON.parse(body).items as Json[])[0].metadata;
  const isWebSocket = upgrade === 'websocket';
  const headers: Record<string, string> = isWebSocket
    ? {
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        'sec-websocket-protocol': 'v5.channel.k8s.io',
      }
    : { 'x-stream-protocol-version': 'v4.channel.k8s.io' };
  const asked = httpsRequest({
    ca: world.caPem,
    hostname,
    port,
    path: `/k8s/demo/api/v1/namespaces/shop/pods/${name}/exec?command=ls&stdout=true`,
    method: isWebSocket ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade, ...KUBECTL, ...headers },
  });
  return new Promise((resolve, reject) => {
    asked.once('error', reject);
    asked.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, approval: '' });
    });
    asked.once('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, approval: String(response.headers['sallyport-approval']) });
    });
    asked.end();
  });
}

test('T36: an exec is one question for both of its protocols, the second of which does not wait anew', async () => {
  const first = await exec('websocket');
  assert.equal(first.status, 403);
  const second = await exec('SPDY/3.1');
  assert.deepEqual(second, first);
  const asked = await whole(first.approval);
  assert.deepEqual(asked.shown.argv, ['ls']);
  assert.equal(asked.state, 'pending', 'who was told to run it again has not gone');
  await answer(lead, asked, 'approve');
  assert.equal((await exec('websocket')).status, 101);
  const after = await heardOf(({ id, exchange }) => id === asked.id && exchange === 'answered');
  assert.equal(after.status, 101);
});

test('a grant that waits for a person is given by their yes, and ended by their no', async () => {
  const scopes = [{ target: 'demo', verbs: ['delete'], resources: ['configmaps'], namespaces: ['shop'] }];
  const said = async (which: 'approve' | 'reject') => {
    const asked = await api(token, 'POST', '/grants', { scopes, reason: which });
    assert.deepEqual([asked.status, asked.body.state], [201, 'pending']);
    const shown = (await api(lead, 'GET', `/approvals/${asked.body.id}`)).body;
    assert.equal(shown.shown.reason, which, 'the caller’s own words stand apart');
    assert.equal((await answer(token, shown, 'approve')).body.code, 'ANSWER_REFUSED');
    assert.equal((await answer(lead, shown, which)).status, 200);
    return (await api(token, 'GET', `/grants/${asked.body.id}`)).body;
  };
  const ended = await said('reject');
  assert.deepEqual([ended.state, ended.endedBy, ended.endedWith.subject], ['ended', 'rejection', 'p:lea']);
  assert.equal((await said('approve')).state, 'live');
  const removed = await held({ uri: '/api/v1/namespaces/shop/configmaps/settings' });
  assert.notEqual(removed.status, 403, removed.body);
});
