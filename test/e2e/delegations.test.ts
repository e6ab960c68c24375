// Answering that is handed on, on the whole way: whom it counts for, what for, and until when.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { controlApi } from '../support/control-api.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const held = (id: string, names: string, hold: string) =>
  `  - { id: ${id}, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], resourceNames: [${names}], hold: ${hold} }`;

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops, leads] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [operators] }] }
  - { role: approver, callers: [{ groups: [seniors] }], namespaces: [shop] }
rules:
${held('lent', 'settings', '{ approvers: [{ groups: [leads] }], delegate: true }')}
${held('two', 'two', '{ approvers: [{ groups: [leads] }], quorum: 2, delegate: true }')}
${held('own', 'own', '{ approvers: [{ groups: [leads] }] }')}
${held('role', 'role', '{ delegate: true }')}
`;

let world: SmallWorld;
let people: Awaited<ReturnType<typeof startIssuer>>;
let dispatcher: Agent;
const tokens: Record<string, string> = {};

before(async () => {
  people = await startIssuer();
  world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n', people: people.url });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
  const groups = { lea: ['leads'], lou: ['leads'], max: [], mia: [], sam: ['seniors'], opal: ['operators'] };
  for (const [name, own] of Object.entries(groups)) tokens[name] = await people.tokenFor(name, own);
  tokens.dev = await world.token('dev');
  tokens.bot = await world.token('bot');
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
  await people.close();
});

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

/** What a person hands on. */
const give = (from: string, subject: string, more: object = {}) =>
  api(tokens[from], 'POST', '/delegations', { to: { subject }, for: '8h', reason: 'on leave', ...more });

/** A question of a caller's, once it can be answered. */
async function asked(name: string, by = 'dev') {
  const before = (await api(tokens[by], 'GET', '/approvals?own=true')).body.items.length;
  const uri = `/api/v1/namespaces/shop/configmaps/${name}`;
  const reply = world.ask({ token: tokens[by], method: 'DELETE', uri, headers: { 'user-agent': 'kubectl/v1.35.4' } });
  for (;;) {
    const { items } = (await api(tokens[by], 'GET', '/approvals?own=true')).body;
    if (items.length > before && items[0].preview !== 'looking')
      return { id: items[0].id as string, digest: items[0].digest as string, reply };
  }
}

const say = (who: string, { id, digest }: { id: string; digest: string }, answer = 'approve') =>
  api(tokens[who], 'POST', `/approvals/${id}/${answer}`, { digest });

test('who is named sees and answers in the giver’s place, for the rules that let it, and it says in whose', async () => {
  const given = await give('lea', 'p:max');
  assert.equal(given.status, 201, JSON.stringify(given.body));
  const question = await asked('settings');
  assert.equal((await api(tokens.mia, 'GET', `/approvals/${question.id}`)).status, 404, 'nobody else does');
  const shown = await api(tokens.max, 'GET', `/approvals/${question.id}`);
  assert.deepEqual([shown.body.mayAnswer, shown.body.inPlaceOf], [true, ['p:lea']]);
  assert.equal(
    (await api(tokens.lea, 'GET', `/approvals/${question.id}`)).body.inPlaceOf,
    undefined,
    'a seat of one’s own',
  );
  const listed = (await api(tokens.max, 'GET', '/approvals?state=pending')).body.items;
  assert.deepEqual([listed.length, listed[0].id], [1, question.id]);
  const yes = await say('max', question);
  assert.deepEqual(
    [yes.body.state, yes.body.answers[0].subject, yes.body.answers[0].inPlaceOf],
    ['approved', 'p:max', ['p:lea']],
  );
  assert.equal((await question.reply).status, 200);
  const other = await asked('own');
  assert.equal((await say('max', other)).status, 404, 'a rule that does not say `delegate`');
  await say('lea', other, 'reject');
  await other.reply;
  const events = await world.events();
  assert.ok(
    events.some((one) => one.type === 'delegation.changed' && one.state === 'live' && one.to.subject === 'p:max'),
  );
  const answered = events.find(
    (one) => one.type === 'approval.changed' && one.approval === question.id && one.answer !== undefined,
  );
  assert.ok(answered?.type === 'approval.changed');
  assert.deepEqual(answered.answer?.inPlaceOf, [{ subject: 'p:lea', issuer: 'people' }]);
  const ended = await api(tokens.max, 'POST', `/delegations/${given.body.id}/end`, {});
  assert.deepEqual([ended.body.state, ended.body.endedBy], ['ended', 'p:max']);
  const late = await asked('settings');
  assert.equal((await say('max', late)).status, 404, 'it is over');
  await say('lea', late, 'reject');
  await late.reply;
});

test('T61, T77: it seats neither who asks, nor whom the giver asks by, nor a program, nor a third', async () => {
  const named = await give('lea', 'p:lou');
  const passedOn = await give('lou', 'p:max', { rules: ['p/lent'] });
  assert.equal(passedOn.status, 201, 'of their own seat');
  const own = await asked('settings', 'lea');
  assert.equal((await say('lou', own)).body.state, 'approved', 'lou is seated by themselves, and needs nobody’s place');
  assert.notEqual((await own.reply).status, 403);
  await api(tokens.lou, 'POST', `/delegations/${passedOn.body.id}/end`, {});
  await api(tokens.lea, 'POST', `/delegations/${named.body.id}/end`, {});

  const toMax = await give('lea', 'p:max');
  const ofGiver = await asked('settings', 'lea');
  assert.equal((await say('max', ofGiver)).status, 404, 'what the giver asks');
  assert.equal((await say('max', ofGiver, 'reject')).status, 404);
  await say('lou', ofGiver, 'reject');
  await ofGiver.reply;
  assert.equal((await give('max', 'p:mia')).body.code, 'ANSWER_REFUSED', 'what was handed on is not handed on again');
  for (const [to, why] of [
    [{ subject: 'ci:bot', issuer: 'main' }, 'an issuer of programs'],
    [{ subject: 'p:lea' }, 'themselves'],
  ] as const) {
    const tried = await api(tokens.lea, 'POST', '/delegations', { to, for: '1h', reason: 'x' });
    assert.deepEqual([tried.status, tried.body.code], [403, 'ANSWER_REFUSED'], why);
  }
  assert.equal((await give('dev', 'p:max')).body.code, 'ANSWER_REFUSED', 'a program hands nothing on');
  assert.equal(
    (await give('lea', 'p:max', { rules: ['p/own'] })).body.code,
    'ANSWER_REFUSED',
    'a rule that does not let it',
  );
  assert.equal((await give('lea', 'p:max', { for: '8d' })).status, 400, 'longer than seven days');
  assert.equal((await give('lea', 'p:max', { reason: '' })).status, 400);
  await api(tokens.lea, 'POST', `/delegations/${toMax.body.id}/end`, {});
});

test('who asks is told which rules they may hand on, and a program none', async () => {
  const delegable = async (who: string) => (await api(tokens[who], 'GET', '/me')).body.delegable;
  assert.deepEqual(await delegable('lea'), ['p/lent', 'p/two']);
  assert.deepEqual(await delegable('sam'), ['p/role'], 'by their role');
  assert.deepEqual(await delegable('max'), [], 'what was handed to them is not theirs to hand on');
  assert.deepEqual(await delegable('dev'), []);
});

test('the giver and who stands for them are one voice of a quorum, whoever says it first', async () => {
  const { body } = await give('lea', 'p:max');
  for (const [first, second] of [
    ['lea', 'max'],
    ['max', 'lea'],
  ] as const) {
    const question = await asked('two');
    assert.equal((await say(first, question)).body.state, 'pending');
    assert.equal((await say(second, question)).body.code, 'ANSWER_LATE');
    assert.equal((await say('lou', question)).body.state, 'approved');
    await question.reply;
  }
  await api(tokens.lea, 'POST', `/delegations/${body.id}/end`, {});
});

test('a role is handed on within its bounds; an operator’s stop of the giver, or their end of it, ends what it counts', async () => {
  const { body, status } = await give('sam', 'p:mia');
  assert.equal(status, 201);
  const question = await asked('role');
  assert.equal((await api(tokens.mia, 'GET', `/approvals/${question.id}`)).body.mayAnswer, true);
  const kill = await api(tokens.opal, 'POST', '/kills', { what: 'caller', value: 'p:sam', reason: 'lost a laptop' });
  assert.equal(kill.status, 201, JSON.stringify(kill.body));
  assert.equal((await say('mia', question)).status, 404);
  await api(tokens.opal, 'DELETE', `/kills/${kill.body.id}`);
  assert.equal((await say('mia', question)).status, 404, 'T60: nothing comes back when it is lifted');
  const again = (await give('sam', 'p:mia')).body;
  assert.equal((await api(tokens.max, 'POST', `/delegations/${again.id}/end`, {})).status, 404, 'whom it is not about');
  const all = (await api(tokens.opal, 'GET', '/delegations?all=true')).body.items;
  const stateOf = (of: string) => all.find(({ id }: { id: string }) => id === of)?.state;
  assert.deepEqual([stateOf(body.id), stateOf(again.id)], ['ended', 'live']);
  assert.equal((await api(tokens.max, 'GET', '/delegations?all=true')).status, 403);
  assert.equal(
    (await api(tokens.opal, 'POST', `/delegations/${again.id}/end`, { reason: 'enough' })).body.endedBy,
    'p:opal',
  );
  assert.equal((await say('mia', question)).status, 404);
  assert.equal((await say('sam', question)).body.state, 'approved');
  await question.reply;
});
