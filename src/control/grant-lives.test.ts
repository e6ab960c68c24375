/*
 * The whole life of a grant over both stores, against a model: asked for, answered by a person, used at two gateways, given back, revoked, ended by time, by idleness, by its uses or with its rule; with a
 * gateway that is started anew in between. The clock is the test's own. On SQLite there is one gateway, since one has it alone.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import { leftOut } from '../../test/support/left-out.ts';
import { callerOf } from '../../test/support/operation.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../test/support/postgres.ts';
import { fc } from '../../test/support/property.ts';
import { ruleOf } from '../../test/support/rule.ts';
import type { EndedBy } from '../grant/grant.ts';
import type { Caller } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { RequestTerms } from '../policy/rule.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import type { Store } from '../store/store.ts';
import { storeKeys } from '../store/store-keys.ts';
import { Answers } from './answers.ts';
import { Grants } from './grants.ts';
import { KeptQuestions } from './kept-questions.ts';
import { LiveAccess } from './live-access.ts';
import { partyOf } from './seats.ts';

const clock = { at: 1_750_000_000_000, now: () => clock.at, monotonic: () => clock.at };
const FOR_MS = 60_000;
/** A use is kept to a quarter of the idle time: steps of a third are exact. */
const STEP_MS = 5_000;
const IDLE_MS = 3 * STEP_MS;
const OPEN_MS = 4 * STEP_MS;

const KINDS = {
  plain: {},
  idle: { idleMaxMs: IDLE_MS },
  counted: { usesMax: 2 },
  both: { usesMax: 3, idleMaxMs: IDLE_MS },
  asked: {
    usesMax: 2,
    approval: { approvers: [{ subjects: ['p:*'] }], quorum: 1, waitMaxMs: OPEN_MS },
  },
} as const satisfies Record<string, Partial<RequestTerms>>;
type Kind = keyof typeof KINDS;

const ruleFor = (kind: Kind) =>
  ruleOf({
    id: `p/${kind}`,
    effect: 'request',
    verbs: ['get'],
    apiGroups: [''],
    resources: [kind],
    request: { forMaxMs: FOR_MS, livePerCallerMax: 5, bindTo: 'caller', approval: 'none', ...KINDS[kind] },
  });
const rulesFor = (kinds: readonly Kind[]) => compileRules(kinds.map(ruleFor), { unsafe: new Set() });
const ALL = Object.keys(KINDS) as Kind[];

/** What happens, and at which gateway. */
type Step =
  | { readonly what: 'use' | 'approve' | 'reject' | 'release' | 'revoke' | 'restart'; readonly at: number }
  | { readonly what: 'wait'; readonly steps: number }
  | { readonly what: 'rule goes' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        what: fc.constantFrom('use', 'use', 'use', 'approve', 'approve', 'reject', 'release', 'revoke', 'restart'),
        at: fc.nat(1),
      }),
    },
    { weight: 5, arbitrary: fc.record({ what: fc.constant('wait' as const), steps: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 1, arbitrary: fc.constant({ what: 'rule goes' } as const) },
  ),
  { maxLength: 14 },
) as fc.Arbitrary<Step[]>;

/** A grant as it should be. */
class Model {
  readonly #terms: { readonly usesMax?: number; readonly idleMaxMs?: number };
  readonly #askedAt = clock.at;
  state: 'pending' | 'live' | 'ended';
  startsAt = clock.at;
  usedAt = clock.at;
  uses = 0;
  endedBy: EndedBy | undefined;

  constructor(kind: Kind) {
    this.#terms = KINDS[kind];
    this.state = kind === 'asked' ? 'pending' : 'live';
  }

  give(): boolean {
    if (this.state !== 'pending') return false;
    this.state = 'live';
    this.startsAt = clock.at;
    this.usedAt = clock.at;
    return true;
  }

  use(): boolean {
    if (this.state !== 'live') return false;
    this.uses++;
    this.usedAt = clock.at;
    return true;
  }

  end(by: EndedBy): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.endedBy = by;
  }

  /** What ends by itself. */
  look(): void {
    const { usesMax = Number.POSITIVE_INFINITY, idleMaxMs = Number.POSITIVE_INFINITY } = this.#terms;
    if (this.state === 'pending' && clock.at >= this.#askedAt + OPEN_MS) this.end('unanswered');
    if (this.state !== 'live') return;
    if (clock.at >= this.startsAt + FOR_MS) this.end('time');
    else if (this.uses >= usesMax) this.end('uses');
    else if (clock.at >= this.usedAt + idleMaxMs) this.end('idle');
  }
}

let rules: RuleSet = rulesFor(ALL);

/** One gateway on a store, whose calls are counted so that it can be waited for all that it does by itself. */
class Gateway {
  readonly #under = new Set<Promise<unknown>>();
  readonly #store: Store;
  readonly #barriers = new Map<string, () => void>();
  readonly grants: Grants;
  readonly questions: KeptQuestions;
  readonly answers: Answers;
  access: LiveAccess;

  constructor(store: Store) {
    const counted = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
      ((...args: Args) => {
        const called = call(...args);
        this.#under.add(called);
        const done = () => this.#under.delete(called);
        called.then(done, done);
        return called;
      }) as typeof call;
    this.#store = {
      ...store,
      now: clock.now,
      isHeard: () => store.isHeard(),
      get: counted((kind, id) => store.get(kind, id)),
      list: counted((kind, query) => store.list(kind, query)),
      exclusively: counted((key, work) => store.exclusively(key, work)) as Store['exclusively'],
      changes: (listener) => store.changes(listener),
    } as Store;
    this.grants = new Grants({
      store: this.#store,
      rules: () => rules,
      record: async () => {},
      access: () => this.access,
      recordQuestion: async () => {},
      onQuestion() {},
    });
    this.questions = new KeptQuestions({ store: this.#store, record: async () => {}, onChange() {} });
    this.answers = new Answers({
      kept: this.questions,
      vault: store.vault,
      maskEdits: (_, edits) => edits,
      onGrant: (kept) => this.access.take(kept),
      recordGrant: async () => {},
      isStillSigned: async () => true,
      isStopped: () => false,
    });
    this.access = this.#newAccess();
  }

  #newAccess(): LiveAccess {
    return new LiveAccess({
      store: this.#store,
      rules: () => rules,
      underWay: { endGrant() {}, endKilled() {}, isStreaming: () => false },
      isHeldKill: () => false,
      writeEnd: (id, by, seenUsedAt) => this.grants.endDue(id, by, seenUsedAt),
      onFailure: failed,
    });
  }

  listen(): Promise<void> {
    return this.#store.changes({
      changed: (kind, id) => {
        this.access.changed(kind, id);
        this.#barriers.get(id)?.();
      },
      readAgain: () => this.access.readAgain(),
      lost: () => {},
    });
  }

  /** As the process would, that was ended and is there again. */
  async restart(): Promise<void> {
    this.access = this.#newAccess();
    await this.access.readAgain();
  }

  async idle(): Promise<void> {
    do await Promise.allSettled(this.#under);
    while (this.#under.size > 0);
  }

  /** Resolves when what was changed before the barrier has been told here: databases tell in the order of commits. */
  told(barrier: string): Promise<void> {
    return new Promise((resolve) => this.#barriers.set(barrier, resolve));
  }

  async raise(barrier: string): Promise<void> {
    const row = { kind: 'answer', id: barrier, version: 0, owner: '', state: '', body: {} } as const;
    await this.#store.exclusively(barrier, (rows) => rows.put(row));
  }

  /** What a request of the caller’s comes to. */
  async use(caller: Caller): Promise<boolean> {
    const [scope] = this.access.grantsOf(caller) ?? [];
    if (scope === undefined) return false;
    return succeeds(this.access.use(scope.grant));
  }
}

function failed(what: string, error: unknown): void {
  assert.fail(`${what}: ${error}`);
}

/** Whether it is done; a refusal is an answer, and any other failure is not. */
async function succeeds(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}

let barriers = 0;

/** Until every gateway knows what any of them has done, by itself or not. */
async function settled(gateways: readonly Gateway[]): Promise<void> {
  for (const gateway of gateways) await gateway.idle();
  const barrier = `barrier-${++barriers}`;
  const told = gateways.map((gateway) => gateway.told(barrier));
  await gateways[0]?.raise(barrier);
  await Promise.all(told);
  for (const gateway of gateways) await gateway.idle();
}

const lead = partyOf(callerOf({ subject: 'p:lea', kind: 'person' }));
let lives = 0;

/** One life, step by step beside its model; tells what it met. */
async function live(gateways: readonly Gateway[], kind: Kind, taken: readonly Step[]): Promise<Model> {
  rules = rulesFor(ALL);
  const caller = callerOf({ subject: `ci:dev-${++lives}` });
  const own = (gateway: number) => gateways[gateway % gateways.length] as Gateway;
  const scope = {
    target: 'demo',
    verbs: ['get'],
    apiGroups: [''],
    resources: [kind],
    resourceNames: [],
    namespaces: [],
  };
  const asked = { scopes: [scope], reason: '' };
  const { grant } = await own(0).grants.ask(caller, asked, 'key');
  const { id } = grant;
  const model = new Model(kind);
  const who = { subject: 'p:ada', reason: '' };
  for (const step of [{ what: 'wait', steps: 0 } as const, ...taken]) {
    await settled(gateways);
    switch (step.what) {
      case 'wait':
        clock.at += step.steps * STEP_MS;
        break;
      case 'use':
        assert.equal(await own(step.at).use(caller), model.use(), 'used');
        break;
      case 'approve':
      case 'reject': {
        const question = kind === 'asked' ? (await own(step.at).questions.get(id))?.approval : undefined;
        if (question === undefined) break;
        const seated = async () => ({ seats: ['p/asked'] });
        const saying = { answer: step.what, by: lead, seated, reason: '', digest: question.digest };
        const isTaken = await succeeds(own(step.at).answers.answer(id, saying));
        assert.equal(isTaken, model.state === 'pending', step.what);
        if (isTaken && step.what === 'approve') model.give();
        else if (isTaken) model.end('rejection');
        break;
      }
      case 'release':
      case 'revoke': {
        const by = step.what === 'release' ? 'release' : 'revocation';
        await own(step.at).grants.end(id, by, who);
        model.end(by);
        break;
      }
      case 'restart':
        await own(step.at).restart();
        break;
      case 'rule goes':
        rules = rulesFor(ALL.filter((other) => other !== kind));
        model.end('rule');
        break;
    }
    model.look();
    await settled(gateways);
    for (const gateway of gateways) gateway.access.look();
    await settled(gateways);
    const kept = await own(0).grants.get(id);
    assert.deepEqual([kept?.grant.state, kept?.grant.endedBy], [model.state, model.endedBy], step.what);
    if ('usesMax' in KINDS[kind]) assert.equal(kept?.grant.uses, model.uses);
    if (model.state === 'live') assert.equal(kept?.grant.endsAt, model.startsAt + FOR_MS);
    for (const { access } of gateways)
      assert.deepEqual(access.grantsOf(caller)?.map((each) => each.grant) ?? [], model.state === 'live' ? [id] : []);
    assert.equal((await own(1).grants.ask(caller, asked, 'key')).grant.id, id, 'the same key, the same grant');
  }
  return model;
}

function laws(name: string, gateways: () => readonly Gateway[]): void {
  test(`T60, T59: ${name}: a grant lives and ends as its model does, at every gateway`, async () => {
    const ends = new Map<string, number>();
    const life = fc.asyncProperty(fc.constantFrom(...ALL), steps, async (kind, taken) => {
      const { endedBy = 'nothing' } = await live(gateways(), kind, taken);
      ends.set(endedBy, (ends.get(endedBy) ?? 0) + 1);
    });
    await fc.assert(life, { numRuns: 100 });
    for (const by of ['time', 'uses', 'idle', 'release', 'revocation', 'rule', 'unanswered', 'rejection', 'nothing'])
      assert.ok(ends.has(by), `no life was ended by ${by}: ${JSON.stringify([...ends])}`);
  });
}

{
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-grant-lives-'));
  let store: Store;
  let gateway: Gateway;
  before(async () => {
    store = await openSqlStore(
      await openSqlite(join(folder, 'store.db'), clock),
      storeKeys(Buffer.alloc(32, 1)),
      () => {},
    );
    gateway = new Gateway(store);
    await gateway.listen();
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  laws('SQLite', () => [gateway]);
}

const programs = postgresPrograms();
if (programs === undefined)
  leftOut('lives of grants on PostgreSQL', 'install PostgreSQL 15 (`apt-get install postgresql`)');
else {
  let server: Postgres;
  let stores: Store[];
  let gateways: Gateway[];
  before(async () => {
    const { migratePostgres, openPostgres } = await import('../store/postgres-backend.ts');
    const { systemClock } = await import('../std/clock.ts');
    server = await startPostgres(programs);
    server.create('lives');
    const place = { url: server.url('lives'), clock: systemClock, feedLostMs: 600_000 };
    await migratePostgres(place, undefined);
    const open = async () => openSqlStore(await openPostgres(place), storeKeys(Buffer.alloc(32, 1)), () => {});
    stores = [await open(), await open()];
    gateways = stores.map((store) => new Gateway(store));
    for (const gateway of gateways) await gateway.listen();
  });
  after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await server.stop();
  });
  laws('PostgreSQL', () => gateways);
}
