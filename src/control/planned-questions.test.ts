// One question about a planned command: who is asked, what its yes covers, and what it does not.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { heldRequest } from '../../test/support/held-request.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { Approval } from '../approval/approval.ts';
import type { Caller } from '../model/caller.ts';
import { DEFAULT_HOLD, type Holding } from '../model/hold-terms.ts';
import { Refusal } from '../model/refusal.ts';
import { PLAN_QUESTION_LIMITS } from '../model/rest-limits.ts';
import type { ShownRequest } from '../model/shown.ts';
import type { HeldRequest } from '../pipeline/approvals.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import type { Store } from '../store/store.ts';
import { storeKeys } from '../store/store-keys.ts';
import { Answers } from './answers.ts';
import { plannedId } from './approval-rows.ts';
import { KeptQuestions } from './kept-questions.ts';
import { PlannedQuestions } from './planned-questions.ts';
import { QUESTION_LIMITS } from './question-limits.ts';
import { Questions } from './questions.ts';
import { partyOf } from './seats.ts';

const clock = { at: 1_750_000_000_000, now: () => clock.at, monotonic: () => clock.at };
const dev = callerOf({ subject: 'ci:dev' });
const lead = partyOf(callerOf({ subject: 'p:lea', kind: 'person' }));
const hold: Holding = { ...DEFAULT_HOLD, rule: 'p/h', reason: '', approvers: [{ subjects: ['p:*'] }] };

const folder = mkdtempSync(join(tmpdir(), 'sallyport-plans-'));
let store: Store;
let kept: KeptQuestions;
let asking: Questions;
let planned: PlannedQuestions;
let answers: Answers;
let stopped: string | undefined;

before(async () => {
  const backend = await openSqlite(join(folder, 'store.db'), clock);
  store = await openSqlStore(backend, storeKeys(Buffer.alloc(32, 1)), () => {});
  kept = new KeptQuestions({ store, record: async () => {}, onChange() {} });
  const isStillSigned = async () => true;
  const isStopped = ({ subject }: { readonly subject: string }) => subject === stopped;
  const onFailure = (what: string, error: unknown) => assert.fail(`${what}: ${error}`);
  const sessionSoFar = async () => undefined;
  asking = new Questions({ kept, isStillSigned, isStopped, unknownForMs: 300_000, sessionSoFar, onFailure });
  planned = new PlannedQuestions({ kept, vault: store.vault });
  const unused = { maskEdits: () => assert.fail('nobody edits'), onGrant() {}, recordGrant: async () => {} };
  answers = new Answers({ kept, vault: store.vault, isStillSigned, isStopped, ...unused });
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const shown = (operation: string, more: Partial<ShownRequest> = {}): ShownRequest => ({
  ...{ operation, asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: 'kubectl apply' },
  ...more,
});

interface Part {
  readonly caller?: Caller;
  readonly holds?: readonly Holding[];
  readonly namespace?: string;
  readonly shown?: Partial<ShownRequest>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A planned request, closed. */
const closed = (digest: string, { caller = dev, holds = [hold], namespace = 'shop', ...more }: Part = {}) =>
  planned.close({
    ...{ caller, digest, holds, shown: shown(`do ${digest}`, more.shown) },
    operation: operationOf({ method: 'DELETE', uri: `/api/v1/namespaces/${namespace}/pods/${digest}` }),
    namespaceLabels: async () => more.labels ?? null,
  });

const askedOf = async (digests: readonly string[], part: Part = {}) =>
  planned.ask(dev, await Promise.all(digests.map((digest) => closed(digest, part))));

const answer = (asked: Approval, by = lead, said: 'approve' | 'reject' = 'approve') =>
  answers.answer(asked.id, {
    ...{ answer: said, by, reason: '', digest: asked.digest },
    seated: async () => ({ seats: asked.seats.map(({ rule }) => rule) }),
  });

/** A held request of the command as it is run. */
const run = (exchange: string, digest: string, part: Partial<HeldRequest> = {}) =>
  asking.ask(heldRequest(exchange, digest, part));

async function codeOf(trying: Promise<unknown>): Promise<string> {
  return trying.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Refusal ? thrown.code : String(thrown)),
  );
}

test('T78: who answers is shown each of them whole, with the risk of the worst, under one digest', async () => {
  const risky = await closed('risky', { shown: { risk: 'high', risks: ['ends 3 running pods'] } });
  const asked = await planned.ask(dev, [await closed('plain'), risky]);
  assert.deepEqual([asked.state, asked.shown.risk], ['pending', 'high']);
  assert.deepEqual(asked.shown.risks, ['2: ends 3 running pods']);
  assert.deepEqual(
    asked.shown.planned?.map(({ operation }) => operation),
    ['do plain', 'do risky'],
  );
  assert.deepEqual([asked.shown.reason, asked.shown.rest?.usesMax], ['kubectl apply', 2]);
  const others = await planned.ask(dev, [await closed('plain'), await closed('other')]);
  assert.notEqual(others.digest, asked.digest);
});

test('a yes covers exactly what was asked about, each once, and says by whom; whatever differs is asked as ever', async () => {
  const asked = await askedOf(['a', 'b']);
  assert.equal((await run('x0', 'a-before')).state, 'pending');
  await answer(asked);
  const a = await run('x1', 'a');
  assert.deepEqual([a.state, a.restOf, a.wasShown, a.answers[0]?.by.subject], ['approved', asked.id, true, 'p:lea']);
  await asking.take(a.id, 'x1');
  await asking.conclude(a.id, 'x1', 200);
  const again = await run('x2', 'a');
  assert.deepEqual([again.state, again.restOf], ['pending', undefined], 'once');
  assert.equal((await run('x3', 'c')).state, 'pending', 'not asked about');
  assert.equal((await run('x4', 'b')).state, 'approved');
  assert.deepEqual(
    (await kept.get(asked.id))?.approval.rest?.uses.map(({ exchange }) => exchange),
    ['x1', 'x4'],
  );
});

test('what was asked by itself before, and still waits, is answered by the yes to its plan', async () => {
  const before = await run('e1', 'earlier');
  const asked = await askedOf(['earlier']);
  assert.deepEqual([before.state, (await run('e2', 'earlier')).state], ['pending', 'pending']);
  await answer(asked);
  const after = await run('e3', 'earlier');
  assert.deepEqual([after.id, after.state, after.restOf, after.wasShown], [before.id, 'approved', asked.id, true]);
  assert.equal((await run('e4', 'earlier')).id, before.id);
  assert.equal((await kept.get(asked.id))?.approval.rest?.uses.length, 1);
});

test('many that send a planned request at once are one question, which is covered once', async () => {
  const asked = await askedOf(['at-once']);
  await answer(asked);
  const all = await Promise.all(Array.from({ length: 8 }, (_, i) => run(`o${i}`, 'at-once')));
  assert.equal(new Set(all.map(({ id }) => id)).size, 1);
  const [one] = all as [Approval];
  assert.deepEqual([(await run('o9', 'at-once')).state, one.restOf], ['approved', asked.id]);
  const takes = await Promise.all(all.map((_, i) => codeOf(asking.take(one.id, `o${i}`))));
  assert.deepEqual(takes.toSorted(), [...Array.from({ length: 7 }, () => 'HOLD_EXPIRED'), 'done']);
});

test('what a plan has twice is covered twice', async () => {
  await answer(await askedOf(['twice', 'twice']));
  for (const [exchange, state] of [
    ['t1', 'approved'],
    ['t2', 'approved'],
    ['t3', 'pending'],
  ] as const) {
    const asked = await run(exchange, 'twice');
    assert.equal(asked.state, state, exchange);
    if (state !== 'approved') continue;
    await asking.take(asked.id, exchange);
    await asking.conclude(asked.id, exchange, 200);
  }
});

test('nothing is covered before the yes, after a no, once it is over, or by the yes of whom an operator has stopped', async () => {
  const waits = await askedOf(['waits']);
  assert.equal((await run('w1', 'waits')).state, 'pending');
  await answer(waits, lead, 'reject');
  const no = await askedOf(['no']);
  await answer(no, lead, 'reject');
  assert.equal((await run('n1', 'no')).state, 'pending');
  await answer(await askedOf(['late']));
  clock.at += DEFAULT_HOLD.claimForMs;
  assert.equal((await run('l1', 'late')).state, 'pending');
  await answer(await askedOf(['stopped']));
  const covered = await run('s1', 'stopped');
  stopped = 'p:lea';
  assert.equal(await codeOf(asking.take(covered.id, 's1')), 'HOLD_EXPIRED');
  stopped = undefined;
});

test('a no that is said after the yes to the plan stands, however often the request comes again', async () => {
  const before = await run('v1', 'vetoed');
  await answer(await askedOf(['vetoed', 'other']));
  clock.at++;
  await answer(before, lead, 'reject');
  assert.equal((await run('v2', 'vetoed')).state, 'rejected');
  clock.at += QUESTION_LIMITS.rejectedForMs;
  const anew = await run('v3', 'vetoed');
  await asking.leave(anew.id, 'v3');
  assert.deepEqual([anew.state, (await run('v4', 'vetoed')).state], ['pending', 'pending']);
  assert.equal((await run('v5', 'other')).state, 'approved', 'the rest of the plan is as it was');
  await answer(await askedOf(['vetoed']));
  assert.equal((await run('v6', 'vetoed')).state, 'approved', 'a yes that comes after the no is the last word');
});

test('what cools down since the yes to its plan is answered by the rule', async () => {
  const cooling: Holding = { ...hold, rule: 'p/w', auto: [{ answer: 'reject', cooldownMs: 60_000 }] };
  const operation = operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop/pods/warm' });
  const part = { operation, holds: [cooling] };
  await answer(await askedOf(['warm'], { holds: [cooling] }));
  const like = await run('w1', 'warm by another way', part);
  assert.equal(like.state, 'pending');
  clock.at++;
  const own = await run('w2', 'cold', part);
  await answer(await askedOf(['cold'], { holds: [cooling] }));
  clock.at++;
  await answer(like, lead, 'reject');
  assert.equal((await run('w3', 'warm', part)).state, 'rejected');
  const waits = await run('w4', 'cold', part);
  assert.deepEqual([waits.id, waits.state], [own.id, 'pending'], 'nor is what waits answered by that yes');
});

test('what is covered has the answers that fill its own seats: what rules alone have answered is not what a person said yes to', async () => {
  const auto: Holding = { ...hold, rule: 'p/auto', auto: [{ answer: 'approve' }] };
  const asked = await planned.ask(dev, [await closed('by-rule', { holds: [auto] }), await closed('by-person')]);
  assert.equal(asked.state, 'pending');
  await answers.answer(asked.id, {
    ...{ answer: 'approve', by: lead, reason: '', digest: asked.digest },
    seated: async () => ({ seats: ['p/h'] }),
  });
  const saidTo = async (digest: string, holds: readonly Holding[]) =>
    (await run(`r ${digest}`, digest, { holds })).answers.map(({ by }) => by.subject);
  assert.deepEqual(await saidTo('by-rule', [auto]), ['rule p/auto']);
  assert.deepEqual(await saidTo('by-person', [hold]), ['p:lea']);
});

test('T61: nobody answers their own plan, and a yes to it is not narrowed', async () => {
  const asked = await askedOf(['own']);
  const self = partyOf(callerOf({ subject: 'ci:dev', kind: 'person' }));
  assert.equal(await codeOf(answer(asked, self)), 'ANSWER_REFUSED');
  const seated = async () => ({ seats: ['p/h'] });
  const narrowed = { goodForMs: 1_000, amend: [] };
  const less = { answer: 'approve', by: lead, reason: '', digest: asked.digest, seated, narrowed } as const;
  assert.equal(await codeOf(answers.answer(asked.id, less)), 'ANSWER_REFUSED');
});

test('the same plan joins the question that is open or answered; once something of it was run, it is asked anew', async () => {
  const first = await askedOf(['j', 'k']);
  const pointer = await store.get('question', plannedId(kept.requestDigest('j')));
  assert.equal((await askedOf(['j', 'k'])).id, first.id);
  assert.deepEqual(await store.get('question', pointer?.id ?? ''), pointer, 'joining writes nothing');
  assert.notEqual((await askedOf(['k', 'j'])).id, first.id);
  await answer(first);
  assert.equal((await askedOf(['j', 'k'])).id, first.id);
  // The order is another question, which is newer.
  const third = await askedOf(['m']);
  await answer(third);
  await run('j1', 'm');
  assert.notEqual((await askedOf(['m'])).id, third.id);
});

test('only its own caller asks about what was planned, a while long, in one question that can be shown', async () => {
  const eve = callerOf({ subject: 'ci:eve' });
  const own = await closed('mine');
  assert.equal(await codeOf(planned.ask(eve, [own])), 'REQUEST_MALFORMED');
  assert.equal(await codeOf(planned.ask(dev, [`${own.slice(0, -6)}AAAAAA`])), 'REQUEST_MALFORMED');
  const large = { shown: { body: 'x'.repeat(PLAN_QUESTION_LIMITS.shownCharactersMax / 2) } };
  assert.equal(await codeOf(askedOf(['large', 'too'], large)), 'HOLD_UNSUPPORTED');
  clock.at += PLAN_QUESTION_LIMITS.askWithinMs + 1;
  assert.equal(await codeOf(planned.ask(dev, [own])), 'REQUEST_MALFORMED');
});

test('each rule that holds one of them seats its persons once; a team by namespace is asked about each namespace by itself', async () => {
  const other: Holding = { ...hold, rule: 'p/o', approvers: [], quorum: 2 };
  const asked = await planned.ask(dev, [
    await closed('r1'),
    await closed('r2', { holds: [hold, other], namespace: 'b' }),
  ]);
  assert.deepEqual(
    [asked.seats.map(({ rule, quorum }) => [rule, quorum]), asked.namespace],
    [
      [
        ['p/h', 1],
        ['p/o', 2],
      ],
      '',
    ],
  );
  const team: Holding = { ...hold, rule: 'p/t', approvers: [{ namespaceLabel: 'team', groupPrefix: 'team-' }] };
  const of = (digest: string, namespace: string) =>
    closed(digest, { holds: [team], namespace, labels: { team: namespace } });
  assert.equal(await codeOf(planned.ask(dev, [await of('t', 'a'), await of('u', 'a')])), 'done');
  assert.equal(await codeOf(planned.ask(dev, [await of('t', 'a'), await of('u', 'b')])), 'HOLD_UNSUPPORTED');
});

test('a no to a plan cools down what is like any of its requests, and a plan of what cools down is answered by the rule', async () => {
  const cooling: Holding = { ...hold, rule: 'p/c', auto: [{ answer: 'reject', cooldownMs: 60_000 }] };
  await answer(await askedOf(['cool', 'cold'], { holds: [cooling] }), lead, 'reject');
  const operation = operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop/pods/cold' });
  assert.equal((await run('c1', 'other', { operation, holds: [cooling] })).state, 'rejected');
  assert.equal((await askedOf(['cold', 'warm'], { holds: [cooling] })).state, 'rejected');
});

test('plans count among the questions of a caller that wait', async () => {
  clock.at += DEFAULT_HOLD.waitMaxMs;
  for (const { approval } of await kept.list({ state: 'pending', limit: 200 })) await asking.lapse(approval.id);
  for (let i = 0; i < QUESTION_LIMITS.pendingPerCallerMax; i++) await askedOf([`many${i}`]);
  assert.equal(await codeOf(askedOf(['more'])), 'TOO_MANY_REQUESTS');
});
