// Break glass on the whole way: a person on call goes through alone with what they ask themselves, and nobody and nothing else does.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ApprovalView } from '../../src/control/approval-contract.ts';
import { controlApi } from '../support/control-api.ts';
import { type ControlWorld, startControlWorld } from '../support/control-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops, on-call] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [operators] }] }]
rules:
  - id: gone
    effect: hold
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [leads] }], quorum: 2, claimFor: 1h, breakGlass: { callers: [{ groups: [on-call] }] } }
  - id: sealed
    effect: hold
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    resourceNames: [sealed]
    hold: { approvers: [{ groups: [leads] }] }
  - id: fresh
    effect: hold
    verbs: [patch]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [leads] }], fresh: 15m }
`;

let { world, people, dispatcher, stop } = {} as ControlWorld;
before(async () => {
  ({ world, people, dispatcher, stop } = await startControlWorld(POLICY));
});
after(() => stop());

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

/** A person, who signed in so many seconds ago; undefined: the issuer does not say. */
function person(name: string, groups: readonly string[], agoSeconds?: number): Promise<string> {
  const auth_time = agoSeconds === undefined ? undefined : Math.floor(Date.now() / 1000) - agoSeconds;
  return people.tokenFor(name, groups, auth_time === undefined ? {} : { claims: { auth_time } });
}

const MINUTE = 60;
const WHY = 'INC-4711: nobody answers';

/** Asks once, and is told whom to wait for: the question's id and digest. */
async function asked(token: string, name: string, method: 'DELETE' | 'PATCH' = 'DELETE') {
  const before = (await api(token, 'GET', '/approvals?own=true')).body.items.length;
  const uri = `/api/v1/namespaces/shop/configmaps/${name}`;
  const headers: Record<string, string> = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
  const body = method === 'PATCH' ? { body: '{"data":{"CURRENCY":"USD"}}' } : {};
  const reply = world.ask({ token, method, uri, headers: { 'user-agent': 'kubectl/v1.35.4', ...headers }, ...body });
  for (;;) {
    const { items } = (await api(token, 'GET', '/approvals?own=true')).body;
    const [first] = items;
    if (items.length > before && first.preview !== 'looking')
      return { ...first, reply } as Pick<ApprovalView, 'id' | 'digest' | 'rules' | 'mayBreakGlass'> & {
        reply: typeof reply;
      };
  }
}

test('where a rule says `fresh`, a yes is of who has signed in lately; a no of anybody whom it names', async () => {
  const { id, digest, rules, reply } = await asked(await world.token('dev'), 'settings', 'PATCH');
  assert.deepEqual(
    rules.map(({ rule, freshMs }) => [rule, freshMs]),
    [['p/fresh', 15 * MINUTE * 1_000]],
    'which the page tells before anything is pressed',
  );
  for (const [ago, why] of [
    [undefined, 'not known'],
    [15 * MINUTE, 'too long ago'],
  ] as const) {
    const tried = await api(await person('lea', ['leads'], ago), 'POST', `/approvals/${id}/approve`, { digest });
    assert.deepEqual([tried.status, tried.body.code], [403, 'ANSWER_REFUSED'], why);
    assert.match(tried.body.detail, /signed in lately/);
  }
  const yes = await api(await person('lea', ['leads'], 14 * MINUTE), 'POST', `/approvals/${id}/approve`, { digest });
  assert.equal(yes.body.state, 'approved');
  assert.equal((await reply).status, 200);
  const again = await asked(await world.token('dev'), 'settings', 'PATCH');
  const no = await api(await person('lea', ['leads']), 'POST', `/approvals/${again.id}/reject`, {
    digest: again.digest,
  });
  assert.equal(no.body.state, 'rejected');
  assert.equal((await again.reply).status, 403);
});

test('who asks goes through alone, with a reason and after a sign-in: once, briefly, and seen by everybody for ever', async () => {
  const token = await person('una', ['on-call'], 14 * MINUTE);
  const { id, digest, mayBreakGlass, reply } = await asked(token, 'settings');
  assert.equal(mayBreakGlass, true);
  const path = `/approvals/${id}/break-glass`;
  const brief = await api(token, 'POST', path, { digest, reason: 'now' });
  assert.deepEqual([brief.status, brief.body.code], [403, 'ANSWER_REFUSED']);
  const other = await api(token, 'POST', path, { digest: '0'.repeat(64), reason: WHY });
  assert.equal(other.body.code, 'VERSION_CHANGED', 'T76');
  const said = await api(token, 'POST', path, { digest, reason: WHY });
  assert.equal(said.status, 200, JSON.stringify(said.body));
  const { state, answers, goodUntil, endedAt } = said.body;
  assert.deepEqual(
    [state, answers.length, answers[0].isBreakGlass, answers[0].subject],
    ['approved', 1, true, 'p:una'],
  );
  assert.equal(Date.parse(goodUntil) - Date.parse(endedAt), 2 * 60_000);
  assert.equal((await reply).status, 200);
  assert.equal((await api(token, 'POST', path, { digest, reason: WHY })).body.code, 'ANSWER_LATE', 'once');
  const events = await world.events();
  const event = events.find(
    (one) => one.type === 'approval.changed' && one.approval === id && one.state === 'approved',
  );
  assert.ok(event?.type === 'approval.changed');
  assert.deepEqual([event.answer?.breakGlass, event.answer?.subject, event.answer?.reason], [true, 'p:una', WHY]);
  assert.match(world.log(), /p:una has broken the glass/);
});

test('T59: said twice at once, it is one yes, for one request', async () => {
  const token = await person('ula', ['on-call'], MINUTE);
  const { id, digest, reply } = await asked(token, 'features');
  const path = `/approvals/${id}/break-glass`;
  const both = await Promise.all([1, 2].map(() => api(token, 'POST', path, { digest, reason: WHY })));
  assert.deepEqual(both.map(({ status, body }) => (status === 200 ? 'taken' : body.code)).sort(), [
    'ANSWER_LATE',
    'taken',
  ]);
  assert.notEqual((await reply).status, 403);
  const { answers } = (await api(token, 'GET', `/approvals/${id}`)).body;
  assert.equal(answers.length, 1);
});

test('T60: whom an operator has stopped goes through nothing, nor when that is lifted', async () => {
  const token = await person('ivo', ['on-call'], MINUTE);
  const { id, digest, reply } = await asked(token, 'settings');
  const operator = await person('opal', ['operators']);
  const kill = await api(operator, 'POST', '/kills', { what: 'caller', value: 'p:ivo', reason: 'lost a laptop' });
  const path = `/approvals/${id}/break-glass`;
  assert.equal((await api(token, 'POST', path, { digest, reason: WHY })).body.code, 'KILLED');
  assert.equal((await reply).status, 403);
  await api(operator, 'DELETE', `/kills/${kill.body.id}`);
  assert.equal((await api(token, 'POST', path, { digest, reason: WHY })).body.code, 'ANSWER_LATE');
});

test('T61, T77: nobody else goes through, no program does, and not for what another asks', async () => {
  const program = await world.token('bot', ['on-call']);
  const { id, digest, mayBreakGlass, reply } = await asked(program, 'settings');
  assert.equal(mayBreakGlass, undefined);
  const tries = [
    [program, 'a program'],
    [await person('una', ['on-call'], MINUTE), 'who does not ask it'],
    [await person('lea', ['leads'], MINUTE), 'who may answer it'],
  ] as const;
  for (const [token, who] of tries) {
    const tried = await api(token, 'POST', `/approvals/${id}/break-glass`, { digest, reason: WHY });
    assert.ok([403, 404].includes(tried.status), `${who}: ${tried.status} ${JSON.stringify(tried.body)}`);
  }
  assert.equal((await api(program, 'GET', `/approvals/${id}`)).body.state, 'pending');
  await api(await person('lea', ['leads']), 'POST', `/approvals/${id}/reject`, { digest });
  assert.equal((await reply).status, 403);
});

test('without a recent sign-in, a name in every rule that waits, or a group that is named, nobody goes through', async () => {
  const cases = [
    ['ada', ['on-call'], undefined, 'settings', 'the issuer does not say when'],
    ['bea', ['on-call'], 16 * MINUTE, 'settings', 'too long ago'],
    ['cleo', ['on-call'], -10 * MINUTE, 'settings', 'a sign-in that is still to come'],
    ['dot', ['on-call'], MINUTE, 'sealed', 'another rule that waits names nobody'],
    ['eva', ['ops'], MINUTE, 'settings', 'not of the group'],
  ] as const;
  for (const [name, groups, ago, object, why] of cases) {
    const token = await person(name, groups, ago);
    const { id, digest, reply } = await asked(token, object);
    const tried = await api(token, 'POST', `/approvals/${id}/break-glass`, { digest, reason: WHY });
    assert.deepEqual([tried.status, tried.body.code], [403, 'ANSWER_REFUSED'], why);
    const own = await api(token, 'POST', `/approvals/${id}/approve`, { digest, reason: WHY });
    assert.equal(own.body.code, 'ANSWER_REFUSED', 'nor by a plain yes');
    await api(await person('lea', ['leads']), 'POST', `/approvals/${id}/reject`, { digest });
    assert.equal((await reply).status, 403, why);
  }
});
