/*
 * A thousand random schedules of a grant that is revoked while gateways lose sight of the database, each in its own way: a link that stalls and comes back, one that breaks, one
 * that breaks again while all is read anew. The feed and the live grants are the real ones; the network and the clock are not.
 *
 * Law: from `feedLostMs` after a revocation on (and the moment between two looks), no stream of the grant passes a byte and nobody uses it, at any gateway, whatever was lost on the way. A
 * gateway that hears the database ends them at once; one that was cut off serves again once it is back.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { mock, test } from 'node:test';
import type { Client } from 'pg';
import { LiveAccess } from '../../src/control/live-access.ts';
import { grantRow } from '../../src/control/row-body.ts';
import type { Grant } from '../../src/grant/grant.ts';
import { ruleDigest } from '../../src/grant/rule-digest.ts';
import type { Clock } from '../../src/std/clock.ts';
import { FEED_LIMITS, PostgresFeed } from '../../src/store/postgres-feed.ts';
import { type Row, type RowKind, type Store, StoreError } from '../../src/store/store.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf } from '../support/operation.ts';
import { fc } from '../support/property.ts';
import { ruleOf } from '../support/rule.ts';

const FEED_LOST_MS = 10_000;
const STEP_MS = 250;
const STEPS = 140;
const GATEWAYS = 3;

type LinkState = 'up' | 'stalled' | 'cut';

/** The one database: a grant's row, and who listens. */
class Database {
  readonly connections = new Set<FakeConnection>();
  row: Row;

  constructor(grant: Grant) {
    this.row = { ...grantRow({ grant, version: 0 }), version: 1 };
  }

  change(grant: Grant): void {
    this.row = { ...grantRow({ grant, version: this.row.version }), version: this.row.version + 1 };
    this.notify(`grant ${grant.id}`);
  }

  notify(payload: string): void {
    for (const connection of this.connections) connection.deliver(payload);
  }
}

/** The way between one gateway and the database. */
class Link {
  state: LinkState = 'up';
  readonly connections = new Set<FakeConnection>();

  set(state: LinkState): void {
    this.state = state;
    if (state === 'cut') for (const connection of [...this.connections]) connection.break();
    if (state === 'up') for (const connection of this.connections) connection.flush();
  }
}

/** What the feed needs of a client of PostgreSQL: in order, or broken. */
class FakeConnection extends EventEmitter {
  readonly #database: Database;
  readonly #link: Link;
  #waiting: string[] = [];

  constructor(database: Database, link: Link) {
    super();
    this.#database = database;
    this.#link = link;
  }

  async connect(): Promise<void> {
    if (this.#link.state !== 'up') throw new Error('no way to the database');
    this.#link.connections.add(this);
  }

  async query(_text: string): Promise<void> {
    if (this.#link.state !== 'up') throw new Error('the connection broke');
    this.#database.connections.add(this);
  }

  async end(): Promise<void> {
    this.#leave();
  }

  deliver(payload: string): void {
    this.#waiting.push(payload);
    if (this.#link.state === 'up') this.flush();
  }

  flush(): void {
    for (const payload of this.#waiting.splice(0)) this.emit('notification', { payload });
  }

  break(): void {
    this.#leave();
    this.emit('error', new Error('the connection broke'));
  }

  #leave(): void {
    this.#waiting = [];
    this.#database.connections.delete(this);
    this.#link.connections.delete(this);
  }
}

const rule = ruleOf({
  id: 'p/config',
  effect: 'request',
  verbs: ['watch'],
  apiGroups: [''],
  resources: ['configmaps'],
  request: { forMaxMs: 3_600_000, livePerCallerMax: 5, bindTo: 'caller', approval: 'none' },
});
const rules = compileRules([rule], { unsafe: new Set() });

const holder = callerOf({ subject: 'dev', issuer: 'main' });

function granted(id: string, nowMs: number): Grant {
  const scope = {
    target: 'demo',
    verbs: ['watch'],
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: [],
    namespaces: [],
  };
  return {
    id,
    state: 'live',
    holder: { subject: holder.subject, issuer: holder.issuer },
    parts: [{ rule: rule.id, ruleDigest: ruleDigest(rule), scope }],
    reason: '',
    askedAt: nowMs,
    forMs: 3_600_000,
    startsAt: nowMs,
    endsAt: nowMs + 3_600_000,
    uses: 0,
  };
}

/** A gateway: live grants over a feed, and the streams that hang on them. */
class Gateway {
  readonly link = new Link();
  readonly access: LiveAccess;
  readonly feed: PostgresFeed;
  readonly #store: Pick<Store, 'get' | 'list' | 'exclusively' | 'now' | 'isHeard'>;
  isStreaming = false;

  constructor(database: Database, clock: Clock) {
    this.feed = new PostgresFeed({
      connection: () => new FakeConnection(database, this.link) as unknown as Client,
      tell: async (payload) => {
        if (this.link.state !== 'up') throw new StoreError('no way to the database');
        database.notify(payload);
      },
      clock,
      feedLostMs: FEED_LOST_MS,
    });
    const reach = async <Result>(read: () => Result): Promise<Result> => {
      if (this.link.state !== 'up') throw new StoreError('no way to the database');
      // What is read is as old as when it was asked for.
      const found = read();
      await new Promise((resolve) => setTimeout(resolve, 1.5 * STEP_MS));
      if (this.link.state !== 'up') throw new StoreError('the answer did not come');
      return found;
    };
    this.#store = {
      now: () => clock.now(),
      isHeard: () => this.feed.isHeard(),
      get: (_kind: RowKind, id: string) => reach(() => (database.row.id === id ? database.row : undefined)),
      list: (kind: RowKind, { state }) =>
        reach(() => (kind === 'grant' && database.row.state === state ? [database.row] : [])),
      exclusively: async () => assert.fail('a grant without a bound on its uses costs the store nothing'),
    };
    this.access = new LiveAccess({
      store: this.#store as Store,
      rules: () => rules,
      underWay: {
        endGrant: () => {
          this.isStreaming = false;
        },
        endKilled() {},
        isStreaming: () => this.isStreaming,
      },
      isHeldKill: () => false,
      writeEnd: async () => {},
      onFailure() {},
    });
  }

  async start(): Promise<void> {
    this.access.start();
    const { access } = this;
    await this.feed.start({
      told(payload) {
        const [kind = '', id = ''] = payload.split(' ');
        access.changed(kind as RowKind, id);
      },
      readAgain: () => access.readAgain(),
      lost: () => access.lost(),
    });
  }

  /** A caller asks for a watch: whether it has one then. */
  async use(id: string): Promise<boolean> {
    const grants = this.access.grantsOf(holder);
    if (grants === undefined || grants.length === 0) return false;
    try {
      await this.access.use(id);
    } catch {
      return false;
    }
    this.isStreaming = true;
    return true;
  }

  async stop(): Promise<void> {
    this.access.stop();
    await this.feed.stop();
  }
}

const links = fc.array(
  fc.record({
    step: fc.integer({ min: 4, max: STEPS - 20 }),
    gateway: fc.nat(GATEWAYS - 1),
    state: fc.constantFrom<LinkState>('up', 'up', 'stalled', 'cut'),
  }),
  { maxLength: 14 },
);

const schedules = fc.record({ links, revokedAtStep: fc.integer({ min: 4, max: STEPS - 60 }), isRevoked: fc.boolean() });

test('T60: whatever is lost between gateways and database, no byte passes and nobody uses a grant from feedLostMs after its end on', async (t) => {
  const timers = mock.timers;
  let nowMs = 1_000_000;
  const clock: Clock = { now: () => nowMs, monotonic: () => nowMs };
  timers.enable({ apis: ['setTimeout', 'setInterval'] });
  t.after(() => timers.reset());
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= STEP_MS / 2) {
      nowMs += STEP_MS / 2;
      timers.tick(STEP_MS / 2);
      await settled();
    }
  };
  const seen = { afterEnd: 0, cutOff: 0, endedAtOnce: 0, back: 0 };
  const run = async ({
    links: changes,
    revokedAtStep,
    isRevoked,
  }: typeof schedules extends fc.Arbitrary<infer S> ? S : never) => {
    const grant = granted('g', nowMs);
    const database = new Database(grant);
    const gateways = Array.from({ length: GATEWAYS }, () => new Gateway(database, clock));
    const started = Promise.all(gateways.map((gateway) => gateway.start()));
    await pass(4 * STEP_MS);
    await started;
    let revokedAt = Number.POSITIVE_INFINITY;
    for (let step = 0; step < STEPS; step++) {
      for (const { gateway, state } of changes.filter((change) => change.step === step))
        gateways[gateway]?.link.set(state);
      if (step === STEPS - 20) for (const { link } of gateways) link.set('up');
      const hearing = gateways.filter(({ link }) => link.state === 'up');
      if (isRevoked && step === revokedAtStep) {
        database.change({ ...grant, state: 'ended', endedAt: nowMs, endedBy: 'revocation' });
        revokedAt = nowMs;
      }
      await pass(STEP_MS);
      for (const gateway of gateways) {
        const isBytes = gateway.isStreaming;
        const isUsed = await gateway.use('g');
        const lateMs = nowMs - revokedAt;
        if (lateMs > FEED_LOST_MS + FEED_LIMITS.lookMs + STEP_MS) {
          assert.equal(isBytes, false, `a byte passed ${lateMs} ms after the end`);
          assert.equal(isUsed, false, `the grant was used ${lateMs} ms after its end`);
          seen.afterEnd++;
        } else if (lateMs >= 0 && isBytes) seen.cutOff++;
        if (lateMs === 2 * STEP_MS && hearing.includes(gateway) && gateway.feed.isHeard() && !isBytes)
          seen.endedAtOnce++;
        if (step === STEPS - 1 && !isRevoked) {
          assert.equal(isUsed, true, 'a gateway that is back serves the grant again');
          seen.back++;
        }
      }
    }
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  };
  await fc.assert(fc.asyncProperty(schedules, run), { numRuns: 1_000 });
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 100, `${what}: ${times}`);
});
