import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import { openSqlStore } from '../../store/sql-store.ts';
import { openSqlite } from '../../store/sqlite-backend.ts';
import { storeKeys } from '../../store/store-keys.ts';
import { Deliveries } from './deliveries.ts';
import { begun, failed, NOTICE_LIMITS, newDelivery } from './delivery.ts';
import type { Notice } from './notice.ts';
import type { Notifier } from './notifier.ts';
import { SendFailure } from './send-failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-notices-'));
after(() => rmSync(folder, { recursive: true }));

const clock = { at: 1_750_000_000_000, now: () => clock.at, monotonic: () => clock.at };

function notice(id: string, part: Partial<Notice> = {}): Notice {
  return {
    id,
    kind: 'approval.asked',
    at: clock.at,
    title: id,
    facts: [],
    risk: 'plain',
    about: 'a1',
    isOver: false,
    isLast: false,
    path: '/approvals/a1',
    target: '',
    namespace: '',
    ...part,
  };
}

/** Two gateways on one store, one notifier that does as it is told, and what it was asked to send. */
async function world(name: string, outcome: (tries: number) => 'sent' | 'later' | 'never') {
  const file = join(folder, `${name}.db`);
  const store = await openSqlStore(await openSqlite(file, clock), storeKeys(Buffer.alloc(32, 1)), () => {});
  const sent: (readonly [id: string, thread: string | undefined, link: string])[] = [];
  let tries = 0;
  const notifier: Notifier = {
    async send({ id }, { thread, link }) {
      const came = outcome(++tries);
      if (came !== 'sent') throw new SendFailure('it answered 500', came === 'never');
      sent.push([id, thread, link]);
      return `thread of ${id}`;
    },
  };
  const failures: string[] = [];
  const one = () =>
    new Deliveries({
      store,
      notifiers: new Map([['ops', notifier]]),
      recipients: () => ['ops', 'nobody'],
      isPending: async (id) => id !== 'over',
      consoleUrl: () => 'https://console.example',
      onFailure: (what) => failures.push(what),
    });
  return { store, sent, failures, a: one(), b: one(), tries: () => tries };
}

/** Resolves when what was told is in the queue, and tried. */
async function settled(deliveries: Deliveries): Promise<void> {
  while (!(await deliveries.isIdle())) await deliveries.look();
}

test('a notice arrives once, however many gateways look, and what comes later about the same is told where it stands', async () => {
  const { store, sent, a, b } = await world('once', () => 'sent');
  a.tell(notice('n1'));
  await settled(a);
  await Promise.all([a.look(), b.look(), a.look()]);
  const threads = async () => (await store.list('notice-thread', { owner: 'a1', limit: 10 })).length;
  assert.equal(await threads(), 1, 'found by what it is about, with which it goes');
  b.tell(notice('n2', { isLast: true }));
  await settled(b);
  a.tell(notice('n3'));
  await settled(a);
  assert.deepEqual(sent, [
    ['n1', undefined, 'https://console.example/approvals/a1'],
    ['n2', 'thread of n1', 'https://console.example/approvals/a1'],
    ['n3', undefined, 'https://console.example/approvals/a1'],
  ]);
  await store.close();
});

test('what does not arrive is tried again, later each time, and no sooner', async () => {
  const { store, sent, a, tries } = await world('again', (n) => (n < 3 ? 'later' : 'sent'));
  a.tell(notice('n1'));
  await settled(a);
  assert.equal(tries(), 1);
  await a.look();
  assert.equal(tries(), 1, 'not at once');
  const [waiting] = await a.list('waiting', 10);
  assert.deepEqual([waiting?.tries, waiting?.failure], [1, 'it answered 500']);
  clock.at += NOTICE_LIMITS.retryMs;
  await a.look();
  clock.at += NOTICE_LIMITS.retryMs;
  await a.look();
  assert.equal(tries(), 2, 'twice as long');
  clock.at += NOTICE_LIMITS.retryMs;
  await a.look();
  assert.deepEqual([sent.length, (await a.list('waiting', 10)).length], [1, 0]);
  await store.close();
});

test('what is given up stays, is told of, and is sent when an operator says so', async () => {
  const { store, sent, failures, a } = await world('dead', (n) => (n === 1 ? 'never' : 'sent'));
  a.tell(notice('n1'));
  await settled(a);
  const [dead] = await a.list('dead', 10);
  assert.deepEqual([dead?.notifier, dead?.failure], ['ops', 'it answered 500']);
  assert.deepEqual(failures, ['notifier ops could not tell of approval.asked']);
  await a.look();
  assert.deepEqual([sent.length, a.dead], [0, 1]);
  assert.equal((await a.again(dead?.id ?? '', () => true))?.state, 'waiting');
  assert.equal(await a.again(dead?.id ?? '', () => true), undefined);
  await a.look();
  await a.look();
  assert.deepEqual([sent.length, a.dead], [1, 0]);
  await store.close();
});

test('of what was given up, so many are kept, and the oldest are forgotten', async () => {
  const { store, a } = await world('many', () => 'never');
  const [count, extra] = [NOTICE_LIMITS.deadMax, 3];
  await store.exclusively('fill', async (rows) => {
    for (let i = 0; i < count + extra; i++) {
      const delivery = { ...newDelivery(notice(`n${i}`, { at: clock.at + i }), 'ops'), state: 'dead' } as const;
      await rows.put({ kind: 'notice', id: delivery.id, version: 0, owner: 'ops', state: 'dead', body: delivery });
    }
  });
  await a.look();
  const left = await a.list('dead', count + extra);
  assert.deepEqual([left.length, a.dead, left.at(-1)?.notice.title], [count, count, `n${extra}`]);
  await store.close();
});

test('what is told later is told when its time has come, and only of a question that still waits', async () => {
  const { store, sent, a } = await world('later', () => 'sent');
  const later = { kind: 'approval.escalated', at: clock.at + 60_000 } as const;
  a.tell(notice('n1', later));
  a.tell(notice('n2', { ...later, about: 'over' }));
  await settled(a);
  assert.equal(sent.length, 0);
  clock.at += 60_000;
  await a.look();
  assert.deepEqual(
    sent.map(([id]) => id),
    ['n1'],
  );
  assert.deepEqual(await a.list('waiting', 10), []);
  await store.close();
});

test('what never arrives is tried for some six hours, as the pages say, and then given up', () => {
  let delivery = newDelivery(notice('n'), 'ops');
  const firstAt = delivery.nextAt;
  let lastAt = firstAt;
  for (let taken = begun(delivery, lastAt); taken !== undefined; taken = begun(delivery, delivery.nextAt)) {
    lastAt = delivery.nextAt;
    delivery = failed(taken, 'away', lastAt);
  }
  assert.equal(delivery.state, 'dead');
  assert.equal(Math.round((lastAt - firstAt) / 3_600_000), 6);
});

test('a try is one gateway’s for its time, and ends in being sent or given up', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: NOTICE_LIMITS.retryMaxMs * 2 }), { minLength: 1, maxLength: 60 }),
      (waits) => {
        let [delivery, nowMs] = [newDelivery(notice('n'), 'ops'), clock.at];
        let tries = 0;
        for (const ms of waits) {
          nowMs += ms;
          const taken = begun(delivery, nowMs);
          if (taken === undefined) {
            assert.ok(delivery.state === 'dead' || nowMs < delivery.nextAt);
            continue;
          }
          tries++;
          assert.equal(begun(taken, nowMs), undefined, 'nobody else tries meanwhile');
          delivery = failed(taken, 'x'.repeat(1_000), nowMs);
          assert.ok(delivery.failure.length <= NOTICE_LIMITS.reasonCharactersMax);
          if (delivery.state === 'waiting')
            assert.ok(delivery.nextAt > nowMs && delivery.nextAt - nowMs <= NOTICE_LIMITS.retryMaxMs);
        }
        assert.ok(tries <= NOTICE_LIMITS.triesMax);
      },
    ),
  );
});
