/* What whom an operator has stopped says to questions, and has said before. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { heldRequest } from '../../test/support/held-request.ts';
import { callerOf } from '../../test/support/operation.ts';
import { lead, mate, outcomes, questionGateway, saying } from '../../test/support/question-gateway.ts';
import type { Approval, Party } from '../approval/approval.ts';
import type { Grant } from '../grant/grant.ts';
import { DEFAULT_HOLD } from '../model/hold-terms.ts';
import { newId } from '../std/ids.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import type { Row, Store } from '../store/store.ts';
import { storeKeys } from '../store/store-keys.ts';
import { approvalRoutes } from './approval-routes.ts';
import { approvalRow } from './approval-rows.ts';
import { grantQuestion } from './grant-question.ts';
import { Grants } from './grants.ts';
import type { LiveAccess } from './live-access.ts';
import { LiveKills } from './live-kills.ts';
import { grantOf, grantRow, type Kill, killRow } from './row-body.ts';

const NOW = 1_750_000_000_000;
const clock = { at: NOW, now: () => clock.at, monotonic: () => clock.at };

const asker = callerOf({ subject: 'ci:dev' });
async function storeFor(t: TestContext): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-stopped-'));
  const backend = await openSqlite(join(folder, 'store.db'), clock);
  const store = await openSqlStore(backend, storeKeys(Buffer.alloc(32, 1)), () => {});
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return store;
}

/** A stop of somebody that is lifted again. */
async function stopAndLift(store: Store, { subject }: Party): Promise<void> {
  const at = store.now();
  const kill: Kill = { id: newId(at), what: 'caller', value: subject, reason: '', by: 'p:ada', at, liftedAt: at };
  await store.exclusively('kill', (rows) => rows.put(killRow(kill, 0)));
}

test('T60: whom an operator has stopped at another gateway says nothing at one that has not heard of it', async (t) => {
  const store = await storeFor(t);
  const { asking, answers, kept } = questionGateway(store);
  const routes = approvalRoutes({
    ...{ questions: kept, answers, approvals: { onApproval: () => () => {} } },
    personKeys: { of: async () => [], site: () => ({ rpId: '', origin: '' }) },
    delegations: { to: async () => [] },
    access: { kills: new LiveKills() },
  });
  const caller = callerOf({ subject: 'p:nan', kind: 'person' });
  const glass = { breakGlass: [{ subjects: [caller.subject] }] };
  const held = heldRequest('x', 'deaf', { caller });
  const own = await asking.ask({ ...held, holds: held.holds.map((hold) => ({ ...hold, ...glass })) });
  const other = await asking.ask(heldRequest('x', 'deaf-other'));
  const says = async (path: string, { id, digest }: Approval) => {
    const { handle } = routes.find((route) => route.path === `/approvals/{id}/${path}`) as (typeof routes)[number];
    const body = { digest, reason: 'nobody else is there' };
    const none = { query: undefined, idempotencyKey: undefined, version: undefined, session: undefined };
    await handle({ ...none, caller, roles: [], path: { id }, body });
  };
  const kill = {
    id: newId(store.now()),
    what: 'caller',
    value: caller.subject,
    reason: '',
    by: 'p:ada',
    at: 0,
  } as const;
  await store.exclusively('kill', (rows) => rows.put(killRow(kill, 0)));
  const tries = [says('approve', other), says('reject', other), says('break-glass', own)];
  assert.deepEqual(await outcomes(tries), ['KILLED', 'KILLED', 'KILLED']);
  const lifted: Kill = { ...kill, liftedBy: 'p:ada', liftedAt: store.now() };
  await store.exclusively('kill', (rows) => rows.put(killRow(lifted, 1)));
  await says('reject', other);
});

test('T60: no grant begins with, or lives on by, the yes of whom an operator has stopped', async (t) => {
  const store = await storeFor(t);
  const stopped = new Set<string>();
  const isStopped = ({ subject }: Party) => stopped.has(subject);
  const { answers } = questionGateway(store, { isStopped });
  const grants = new Grants({
    store,
    rules: () => assert.fail('nothing is asked for'),
    record: async () => {},
    access: () => ({ take() {} }) as unknown as LiveAccess,
    recordQuestion: async () => {},
    onQuestion() {},
  });
  const ask = async () => {
    const id = newId(store.now());
    const times = { askedAt: store.now(), forMs: 60_000, closesAt: store.now() + 60_000 };
    const grant: Grant = { id, state: 'pending', holder: asker, parts: [], reason: '', ...times, uses: 0 };
    const hold = { ...DEFAULT_HOLD, rule: 'p/h', reason: '', approvers: [{ subjects: ['p:*'] }], quorum: 2 };
    const question = grantQuestion(grant, asker, [hold]);
    await store.exclusively(`approval ${id}`, async (rows) => {
      await rows.put(grantRow({ grant, version: 0 }));
      await rows.put(approvalRow({ approval: question, version: 0 }));
    });
    return question;
  };
  const state = async ({ id }: Approval) => {
    const { grant } = grantOf((await store.get('grant', id)) as Row);
    return [grant.state, grant.endedBy];
  };
  const first = await ask();
  await answers.answer(first.id, saying(first));
  stopped.add(lead.subject);
  assert.deepEqual(await outcomes([answers.answer(first.id, saying(first, mate))]), ['ANSWER_REFUSED']);
  assert.deepEqual(await state(first), ['pending', undefined]);
  stopped.clear();
  const second = await ask();
  for (const by of [lead, mate]) await answers.answer(second.id, saying(second, by));
  await grants.endGivenBy('p:somebody', 'p:ada');
  assert.deepEqual(await state(second), ['live', undefined]);
  await grants.endGivenBy(lead.subject, 'p:ada');
  assert.deepEqual(await state(second), ['ended', 'kill']);
  const third = await ask();
  await answers.answer(third.id, saying(third));
  await stopAndLift(store, lead);
  assert.deepEqual(await outcomes([answers.answer(third.id, saying(third, mate))]), ['ANSWER_REFUSED']);
  assert.deepEqual(await state(third), ['pending', undefined]);
});

test('T60: lifted later, a stop gives no request back the yes that came before it', async (t) => {
  const store = await storeFor(t);
  const { asking, answers } = questionGateway(store);
  const approved = async (exchange: string) => {
    const asked = await asking.ask(heldRequest(exchange, 'lifted'));
    assert.equal(asked.state, 'pending');
    await answers.answer(asked.id, saying(asked));
    return asked;
  };
  const before = await approved('x');
  await stopAndLift(store, mate);
  await stopAndLift(store, lead);
  assert.deepEqual(await outcomes([asking.take(before.id, 'x')]), ['HOLD_EXPIRED']);
  clock.at += 1;
  const again = await approved('y');
  await asking.take(again.id, 'y');
});
