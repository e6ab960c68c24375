/*
 * Questions in both stores: asked once however many ask the same at once, answered once, and taken once, however many gateways try.
 */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { heldRequest } from '../../test/support/held-request.ts';
import { leftOut } from '../../test/support/left-out.ts';
import { testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../test/support/postgres.ts';
import { lead, mate, outcomes, questionGateway, saying } from '../../test/support/question-gateway.ts';
import type { Approval } from '../approval/approval.ts';
import { shownDigest } from '../approval/shown-digest.ts';
import type { Grant } from '../grant/grant.ts';
import type { Amendment } from '../model/amendment.ts';
import { DEFAULT_HOLD } from '../model/hold-terms.ts';
import type { Preview, Shown } from '../model/shown.ts';
import type { HeldRequest } from '../pipeline/approvals.ts';
import { maskedEdits } from '../pipeline/masked-edits.ts';
import type { ApprovalChanged } from '../recording/event.ts';
import { newId } from '../std/ids.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import type { Row, Store } from '../store/store.ts';
import { storeKeys } from '../store/store-keys.ts';
import type { MaskEdits } from './answers.ts';
import { approvalRow } from './approval-rows.ts';
import { closeEdits, openEdits } from './closed-edits.ts';
import { grantQuestion } from './grant-question.ts';
import { QUESTION_LIMITS } from './question-limits.ts';
import { grantOf, grantRow } from './row-body.ts';

const MASKING = testMasking();

const KEYS = () => storeKeys(Buffer.alloc(32, 1));
const clock = { at: 1_750_000_000_000, now: () => clock.at, monotonic: () => clock.at };

const asker = callerOf({ subject: 'ci:dev' });
const maskEdits: MaskEdits = ({ id, target, namespace, about }, edits) =>
  maskedEdits({ masking: MASKING, caller: 'anybody', operation: { ...about, target, namespace }, exchange: id }, edits);

const gatewayOn = (store: Store, options: Parameters<typeof questionGateway>[1] = {}) =>
  questionGateway(store, { maskEdits, ...options });

type OnGateway = ReturnType<typeof gatewayOn>;

/** The laws, for the stores of two gateways: of SQLite they are one, since one gateway has it alone. */
function laws(name: string, world: () => { readonly stores: readonly [Store, Store]; readonly times: number }): void {
  test(`${name}: T60: the yes of whom an operator has stopped since is not used, and it is asked anew`, async () => {
    let isStopped = false;
    const { asking, answers } = gatewayOn(world().stores[0], { isStopped: () => isStopped });
    const asked = await asking.ask(heldRequest('x', `${name}-stopped`));
    await answers.answer(asked.id, saying(asked));
    for (isStopped of [true, false])
      assert.deepEqual(await outcomes([asking.take(asked.id, 'x')]), ['HOLD_EXPIRED'], `${isStopped}`);
    const again = await asking.ask(heldRequest('x', `${name}-stopped`));
    assert.deepEqual([again.id === asked.id, again.state], [false, 'pending']);
  });

  test(`${name}: T36: many that ask the same at once ask one question`, async () => {
    const [a, b] = world().stores.map((store) => gatewayOn(store)) as [OnGateway, OnGateway];
    const asked = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? a : b).asking.ask(heldRequest(`x${i}`, `${name}-same`))),
    );
    assert.equal(new Set(asked.map(({ id }) => id)).size, 1);
    const other = await a.asking.ask(heldRequest('x', `${name}-other`));
    assert.notEqual(other.id, asked[0]?.id);
  });

  test(`${name}: a request that waits on as it said, and comes back, costs no more writes than it must`, async () => {
    const store = world().stores[0];
    let puts = 0;
    const counting: Pick<Store, 'now' | 'get' | 'list' | 'vault' | 'exclusively'> = {
      now: store.now,
      get: store.get,
      list: store.list,
      vault: store.vault,
      exclusively: (key, work) =>
        store.exclusively(key, (rows) =>
          work({
            ...rows,
            put: (row) => {
              puts++;
              return rows.put(row);
            },
          }),
        ),
    };
    const { asking } = gatewayOn(counting as Store);
    const asked = await asking.ask(heldRequest('x', `${name}-waits`, { attendedMs: 70_000 }));
    puts = 0;
    await asking.attend(asked.id, 'x', 70_000);
    assert.equal(puts, 0, 'it was attended until then');
    await asking.ask(heldRequest('y', `${name}-waits`, { attendedMs: 70_000 }));
    assert.equal(puts, 1, 'by another exchange now');
    await asking.attend(asked.id, 'y', 90_000);
    assert.equal(puts, 2, 'for longer');
  });

  test(`${name}: T52: the digest of a question cannot be computed from what it is about: nothing that is kept, recorded or told has the plain one`, async () => {
    const { stores } = world();
    const events: ApprovalChanged[] = [];
    const [a, b] = stores.map((store) => gatewayOn(store, { events })) as [OnGateway, OnGateway];
    const plain = hash('sha256', `${name}: a body with a short secret`, 'hex');
    const asked = await a.asking.ask(heldRequest('x', plain));
    await b.answers.answer(asked.id, saying(asked));
    const kept = await Promise.all(
      (['approval', 'question'] as const).map((kind) => stores[0].list(kind, { limit: 1_000 })),
    );
    assert.equal(JSON.stringify([asked, kept, events]).includes(plain), false);
    assert.notEqual(asked.digest, shownDigest({ ...asked, request: plain }));
    assert.equal((await b.asking.ask(heldRequest('y', plain))).id, asked.id, 'whoever has the key finds it');
  });

  test(`${name}: T59: of a yes and a no at once one is taken, and of many that would use the yes one does`, async () => {
    const { stores, times } = world();
    const events: ApprovalChanged[] = [];
    const [a, b] = stores.map((store) => gatewayOn(store, { events })) as [OnGateway, OnGateway];
    let approved = 0;
    for (let i = 0; i < times; i++) {
      const asked = await a.asking.ask(heldRequest(`x${i}`, `${name}-${i}`));
      const answers = await outcomes([
        a.answers.answer(asked.id, saying(asked)),
        b.answers.answer(asked.id, saying(asked, mate, i % 4 === 0 ? 'reject' : 'approve')),
      ]);
      assert.deepEqual([...answers].sort(), ['ANSWER_LATE', 'done'], `${answers}`);
      const isApproved = (await b.kept.get(asked.id))?.approval.state === 'approved';
      const takes = await outcomes([
        a.asking.take(asked.id, 'e1'),
        b.asking.take(asked.id, 'e2'),
        a.asking.take(asked.id, 'e3'),
        b.asking.take(asked.id, 'e4'),
      ]);
      assert.equal(takes.filter((each) => each === 'done').length, isApproved ? 1 : 0, `${takes}`);
      if (isApproved) approved++;
    }
    assert.ok(approved > 0);
    assert.equal(events.filter(({ state }) => state === 'approved').length, approved);
  });

  test(`${name}: T75: what was not sent gives the yes back to whoever comes next, and what may have run never does`, async () => {
    const [a, b] = world().stores.map((store) => gatewayOn(store)) as [OnGateway, OnGateway];
    const asked = await a.asking.ask(heldRequest('x', `${name}-back`));
    await b.answers.answer(asked.id, saying(asked));
    await a.asking.take(asked.id, 'e1');
    assert.deepEqual(await outcomes([b.asking.take(asked.id, 'e2')]), ['HOLD_EXPIRED']);
    await b.asking.conclude(asked.id, 'e2', 'unsent');
    assert.deepEqual(
      await outcomes([b.asking.take(asked.id, 'e2')]),
      ['HOLD_EXPIRED'],
      'another exchange cannot give it back',
    );
    await a.asking.conclude(asked.id, 'e1', 'unsent');
    await b.asking.take(asked.id, 'e2');
    await b.asking.conclude(asked.id, 'e2', 'unknown');
    assert.deepEqual(await outcomes([a.asking.take(asked.id, 'e3')]), ['HOLD_EXPIRED']);
    const look = 'look at the pod';
    assert.deepEqual(
      await outcomes([a.asking.ask(heldRequest('y', `${name}-back`, { look }))]),
      ['REPEATED_UNKNOWN'],
      'T80',
    );
    assert.notEqual((await a.asking.ask(heldRequest('y', `${name}-back`))).id, asked.id);
  });

  test(`${name}: T78: what a request would do is looked up beside its question, which takes no yes meanwhile and then is another`, async () => {
    const events: ApprovalChanged[] = [];
    const [a, b] = world().stores.map((store) => gatewayOn(store, { events })) as [OnGateway, OnGateway];
    const looking = Promise.withResolvers<Preview>();
    const preview = () => looking.promise;
    const asked = await a.asking.ask(heldRequest('x', `${name}-look`, { preview }));
    assert.deepEqual(await outcomes([b.answers.answer(asked.id, saying(asked))]), ['ANSWER_EARLY']);
    looking.resolve({ risks: ['a fact'], missing: ['a gap'] });
    await a.asking.idle();
    const looked = (await b.kept.get(asked.id))?.approval as Approval;
    assert.deepEqual(
      [looked.shown.risks, looked.shown.missing, looked.shown.before?.asked !== undefined],
      [['a fact'], ['a gap'], true],
    );
    assert.deepEqual(await outcomes([b.answers.answer(asked.id, saying(asked))]), ['VERSION_CHANGED'], 'T76');
    assert.equal((await b.answers.answer(asked.id, saying(looked))).state, 'approved');
    assert.deepEqual(
      events.filter(({ approval }) => approval === asked.id).map(({ digest }) => digest),
      [asked.digest, looked.digest, looked.digest],
    );
  });

  test(`${name}: T78: what cannot be looked up is told as missing`, async () => {
    const [a] = world().stores.map((store) => gatewayOn(store, { onFailure() {} })) as [OnGateway];
    const fails = async (): Promise<Preview> => {
      throw new Error('broken');
    };
    const asked = await a.asking.ask(heldRequest('x', `${name}-fails`, { preview: fails }));
    await a.asking.idle();
    const shown = (await a.kept.get(asked.id))?.approval.shown as Shown;
    assert.match(shown.missing.join(), /what it would do: it could not be looked up/);
    assert.equal(shown.risk, 'raised');
  });

  test(`${name}: one yes covers the rest of a command: counted, of its own verbs, and by no later use than it says`, async () => {
    const { stores, times } = world();
    const [a, b] = stores.map((store) => gatewayOn(store)) as [OnGateway, OnGateway];
    // Of a caller without any others: the clock stands still here, and which of many are the newest is luck then.
    const caller = callerOf({ subject: 'ci:of-a-command' });
    const call = { command: `${name}-command`, verb: 'patch' };
    const first = await a.asking.ask(heldRequest('r1', `${name}-r1`, { call, caller }));
    assert.equal(first.shown.rest, undefined, 'the first of a command is asked about alone');
    const rest = { usesMax: 5, forMs: 60_000 };
    assert.deepEqual(await outcomes([a.answers.answer(first.id, { ...saying(first), rest })]), ['ANSWER_REFUSED']);
    const second = await b.asking.ask(heldRequest('r2', `${name}-r2`, { call, caller }));
    assert.deepEqual(second.shown.rest?.verbs, ['patch']);
    const wide = { ...rest, usesMax: (second.shown.rest?.usesMax ?? 0) + 1 };
    assert.deepEqual(await outcomes([b.answers.answer(second.id, { ...saying(second), rest: wide })]), [
      'ANSWER_REFUSED',
    ]);
    await b.answers.answer(second.id, { ...saying(second), rest });
    const asked = await Promise.all(
      Array.from({ length: times / 10 + 4 }, (_, i) =>
        (i % 2 === 0 ? a : b).asking.ask(heldRequest(`c${i}`, `${name}-c${i}`, { call, caller })),
      ),
    );
    assert.equal(asked.filter(({ state }) => state === 'approved').length, 5, 'no more than were said');
    for (const { restOf, state, answers } of asked)
      if (state === 'approved') assert.deepEqual([restOf, answers[0]?.by.subject], [second.id, 'p:lea']);
    const uses = (await a.kept.get(second.id))?.approval.rest?.uses ?? [];
    assert.equal(new Set(uses.map(({ exchange }) => exchange)).size, 5, 'each is listed');
  });

  test(`${name}: another verb or command is asked about, and a no to a later question ends what was covered`, async () => {
    const [a, b] = world().stores.map((store) => gatewayOn(store)) as [OnGateway, OnGateway];
    const caller = callerOf({ subject: 'ci:of-another' });
    const call = { command: `${name}-other`, verb: 'patch' };
    await a.asking.ask(heldRequest('o1', `${name}-o1`, { call, caller }));
    const second = await a.asking.ask(heldRequest('o2', `${name}-o2`, { call, caller }));
    await a.answers.answer(second.id, { ...saying(second), rest: { usesMax: 9, forMs: 60_000 } });
    assert.equal((await b.asking.ask(heldRequest('o3', `${name}-o3`, { call, caller }))).state, 'approved');
    const created = await b.asking.ask(heldRequest('o4', `${name}-o4`, { caller, call: { ...call, verb: 'create' } }));
    assert.equal(created.state, 'pending');
    assert.equal(
      (await b.asking.ask(heldRequest('o5', `${name}-o5`, { caller, call: { ...call, command: 'x' } }))).state,
      'pending',
    );
    await a.answers.answer(created.id, saying(created, lead, 'reject'));
    assert.equal((await b.asking.ask(heldRequest('o6', `${name}-o6`, { call, caller }))).state, 'pending');
  });

  test(`${name}: a no ends what was covered however many newer questions stand above it`, async () => {
    const [a, b] = world().stores.map((store) => gatewayOn(store)) as [OnGateway, OnGateway];
    const caller = callerOf({ subject: 'ci:of-many' });
    const call = { command: `${name}-many`, verb: 'patch' };
    const old = await a.asking.ask(heldRequest('m0', `${name}-m0`, { caller, call: { ...call, verb: 'create' } }));
    clock.at += 1;
    const hold = { ...DEFAULT_HOLD, rule: 'p/h', reason: '', auto: [{ answer: 'approve' as const }] };
    for (let i = 0; i < QUESTION_LIMITS.beforeMax; i++)
      await a.asking.ask(heldRequest(`n${i}`, `${name}-n${i}`, { caller, holds: [hold] }));
    clock.at += 1;
    await a.asking.ask(heldRequest('m1', `${name}-m1`, { call, caller }));
    const second = await a.asking.ask(heldRequest('m2', `${name}-m2`, { call, caller }));
    await a.answers.answer(second.id, { ...saying(second), rest: { usesMax: 9, forMs: 60_000 } });
    assert.equal((await b.asking.ask(heldRequest('m3', `${name}-m3`, { call, caller }))).state, 'approved');
    await a.answers.answer(old.id, saying(old, lead, 'reject'));
    assert.equal((await b.asking.ask(heldRequest('m4', `${name}-m4`, { call, caller }))).state, 'pending');
  });

  test(`${name}: a person’s no cools down: the like is not asked again within its time, whatever it holds; nothing else is hindered, and the rule’s own no lengthens nothing`, async () => {
    const [a, b] = world().stores.map((store) => gatewayOn(store)) as [OnGateway, OnGateway];
    const caller = callerOf({ subject: 'ci:cool' });
    const auto = [{ answer: 'reject' as const, cooldownMs: 3_600_000 }];
    const holds = [{ ...DEFAULT_HOLD, rule: 'p/h', reason: '', approvers: [{ subjects: ['p:*'] }], auto }];
    let nth = 0;
    const ask = (gateway: OnGateway, part: Partial<HeldRequest> = {}) => {
      nth++;
      return gateway.asking.ask(heldRequest(`c${nth}`, `${name}-cool-${nth}`, { caller, holds, ...part }));
    };
    const first = await ask(a);
    assert.equal(first.state, 'pending');
    await a.answers.answer(first.id, saying(first, lead, 'reject'));
    const saidAt = clock.at;
    // PostgreSQL has a clock of its own, which goes on by itself.
    clock.at += name === 'SQLite' ? 3_599_999 : 1_000;
    const again = await ask(b);
    assert.deepEqual(
      [again.state, again.answers[0]?.isAuto, again.answers[0]?.by.subject],
      ['rejected', true, 'rule p/h'],
    );
    assert.match(again.answers[0]?.reason ?? '', /^a person said no to the like at .*; nobody is asked again before /);
    const elsewhere = [
      { caller: callerOf({ subject: 'ci:other' }) },
      { operation: operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop/pods/api' }) },
      { operation: operationOf({ method: 'GET', uri: '/api/v1/namespaces/shop/pods/web' }) },
      { operation: operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/other/pods/web' }) },
      { holds: [{ ...DEFAULT_HOLD, rule: 'p/h', reason: '' }] },
    ];
    for (const part of elsewhere) assert.equal((await ask(b, part)).state, 'pending');
    if (name !== 'SQLite') return;
    clock.at = saidAt + 3_600_000;
    assert.equal((await ask(b)).state, 'pending', 'its own no was later');
  });

  test(`${name}: a no cools down for every identity of the same person`, async () => {
    const [a] = world().stores.map((store) => gatewayOn(store)) as [OnGateway];
    const holds = [
      {
        ...DEFAULT_HOLD,
        rule: 'p/h',
        reason: '',
        approvers: [{ subjects: ['p:*'] }],
        auto: [{ answer: 'reject' as const, cooldownMs: 3_600_000 }],
      },
    ];
    const as = (subject: string) => callerOf({ subject, person: 'dana@example.com' });
    const asked = await a.asking.ask(heldRequest('i1', `${name}-i1`, { holds, caller: as('ci:one') }));
    await a.answers.answer(asked.id, saying(asked, lead, 'reject'));
    assert.equal(
      (await a.asking.ask(heldRequest('i2', `${name}-i2`, { holds, caller: as('ci:two') }))).state,
      'rejected',
    );
  });

  test(`${name}: T78: a yes with edits shows them to the next person, under another digest, and nobody edits after the first`, async () => {
    const [a] = world().stores.map((store) => gatewayOn(store)) as [OnGateway];
    const holds = [{ ...DEFAULT_HOLD, rule: 'p/h', reason: '', approvers: [{ subjects: ['p:*'] }], quorum: 2 }];
    const asked = await a.asking.ask(heldRequest('n', `${name}-narrow`, { holds }));
    const narrowed = {
      goodForMs: 30_000,
      amend: [{ kind: 'set-field', path: ['spec', 'replicas'], value: 2 }] as const,
    };
    const less = await a.answers.answer(asked.id, { ...saying(asked), narrowed });
    assert.deepEqual(
      [less.state, less.shown.amended, less.claimForMs],
      ['pending', ['`/spec/replicas` becomes 2'], 30_000],
    );
    assert.deepEqual(await outcomes([a.answers.answer(asked.id, saying(asked, mate))]), ['VERSION_CHANGED']);
    assert.deepEqual(await outcomes([a.answers.answer(asked.id, { ...saying(less, mate), narrowed })]), [
      'ANSWER_REFUSED',
    ]);
    assert.equal((await a.answers.answer(asked.id, saying(less, mate))).state, 'approved');
  });

  test(`${name}: T55: what an edit puts into a Secret is shown, recorded and kept as masked as the body is, and opens for its own question alone`, async () => {
    const { stores } = world();
    const events: ApprovalChanged[] = [];
    const [a, b] = stores.map((store) => gatewayOn(store, { events })) as [OnGateway, OnGateway];
    const operation = operationOf({
      method: 'PATCH',
      uri: '/api/v1/namespaces/shop/secrets/db',
      mediaType: 'application/merge-patch+json',
      body: { metadata: { labels: { a: 'b' } } },
    });
    const holds = [{ ...DEFAULT_HOLD, rule: 'p/h', reason: '', approvers: [{ subjects: ['p:*'] }], quorum: 2 }];
    const asked = await a.asking.ask(heldRequest('s', `${name}-secret`, { operation, holds }));
    const amend: readonly Amendment[] = [
      { kind: 'set-field', path: ['stringData', 'password'], value: 'hunter2-canary' },
      { kind: 'set-field', path: ['data'], value: { '0': Buffer.from('hunter2-canary').toString('base64') } },
      { kind: 'set-field', path: ['metadata', 'annotations', 'of'], value: 'postgres://u:hunter2-canary@db/x' },
      { kind: 'set-field', path: ['immutable'], value: true },
    ];
    const less = await b.answers.answer(asked.id, { ...saying(asked), narrowed: { amend } });
    assert.deepEqual(openEdits(stores[0].vault, less), amend);
    assert.throws(() => openEdits(stores[0].vault, { ...less, id: 'another' }), { code: 'STORE_UNAVAILABLE' });
    const [password = '', , url = '', immutable] = less.shown.amended ?? [];
    assert.match(password, /^`\/stringData\/password` becomes "masked-by-sallyport-/);
    assert.match(url, /postgres:\/\/u:.*mask.*@db/);
    assert.equal(immutable, '`/immutable` becomes true');
    const told = JSON.stringify([less, events, await stores[0].list('approval', { limit: 1_000 })]);
    for (const value of ['hunter2-canary', Buffer.from('hunter2-canary').toString('base64')])
      assert.equal(told.includes(value), false, value);
    // Two edits that look alike are not one: what a person says yes to is bound to what they are.
    const other = await a.asking.ask(heldRequest('t', `${name}-secret-other`, { operation, holds }));
    const [first, second] = ['one', 'two'].map((value) => [{ ...amend[0], value } as Amendment]);
    const one = await a.answers.answer(other.id, { ...saying(other), narrowed: { amend: first ?? [] } });
    const two = shownDigest({ ...one, edits: closeEdits(stores[0].vault, other.id, second ?? []) });
    assert.notEqual(one.digest, two);
  });

  test(`${name}: the last yes to a grant counts only while every signature of it does`, async () => {
    const { stores } = world();
    const [store] = stores;
    const events: ApprovalChanged[] = [];
    let isSigned = false;
    const a = gatewayOn(store, { events, isSigned: () => isSigned });
    const id = newId(store.now());
    const grant: Grant = {
      id,
      state: 'pending',
      holder: asker,
      parts: [],
      reason: '',
      askedAt: store.now(),
      forMs: 60_000,
      closesAt: store.now() + 60_000,
      uses: 0,
    };
    const question = grantQuestion(grant, asker, [
      { ...DEFAULT_HOLD, rule: 'p/h', reason: '', approvers: [{ subjects: ['p:*'] }] },
    ]);
    await store.exclusively(`approval ${id}`, async (rows) => {
      await rows.put(grantRow({ grant, version: 0 }));
      await rows.put(approvalRow({ approval: question, version: 0 }));
    });
    const state = async () => [
      (await a.kept.get(id))?.approval.state,
      grantOf((await store.get('grant', id)) as Row).grant.state,
    ];
    assert.deepEqual(await outcomes([a.answers.answer(id, saying(question))]), ['ANSWER_REFUSED']);
    assert.deepEqual([await state(), events.length], [['pending', 'pending'], 0]);
    isSigned = true;
    await a.answers.answer(id, saying(question));
    assert.deepEqual(await state(), ['approved', 'live']);
  });

  test(`${name}: a question lapses by the store’s clock, and what has lapsed asks anew`, async () => {
    const [a] = world().stores.map((store) => gatewayOn(store)) as [OnGateway, OnGateway];
    const asked = await a.asking.ask(heldRequest('x', `${name}-lapse`, { attendedMs: 1_000 }));
    clock.at += 2_000;
    const late = (await a.kept.get(asked.id))?.approval.state;
    // PostgreSQL has a clock of its own, which goes on by itself.
    if (name === 'SQLite') assert.equal(late, 'withdrawn');
    if (name === 'SQLite') assert.notEqual((await a.asking.ask(heldRequest('y', `${name}-lapse`))).id, asked.id);
    await a.asking.leave(asked.id, 'x');
    assert.equal((await a.kept.get(asked.id))?.approval.state, 'withdrawn');
    assert.deepEqual(await outcomes([a.answers.answer(asked.id, saying(asked))]), ['ANSWER_LATE']);
  });
}

{
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-questions-'));
  let store: Store;
  before(async () => {
    store = await openSqlStore(await openSqlite(join(folder, 'store.db'), clock), KEYS(), () => {});
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  laws('SQLite', () => ({ stores: [store, store], times: 50 }));
}

const programs = postgresPrograms();
if (programs === undefined) leftOut('questions on PostgreSQL', 'install PostgreSQL 15 (`apt-get install postgresql`)');
else {
  let server: Postgres;
  let stores: [Store, Store];
  before(async () => {
    const { migratePostgres, openPostgres } = await import('../store/postgres-backend.ts');
    server = await startPostgres(programs);
    server.create('questions');
    const place = { url: server.url('questions'), clock, feedLostMs: 10_000 };
    await migratePostgres(place, undefined);
    const open = async () => openSqlStore(await openPostgres(place), KEYS(), () => {});
    stores = [await open(), await open()];
  });
  after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await server.stop();
  });
  laws('PostgreSQL', () => ({ stores, times: 200 }));
}
