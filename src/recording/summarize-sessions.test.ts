import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begun, ended, exchangeId, permitted, START_AT, sessionId } from '../../test/support/journal-events.ts';
import type { Event, ExchangeBegun } from './event.ts';
import { SESSION_IDLE_MAX_MS, SessionExchanges, SessionSummaries } from './summarize-sessions.ts';

const DENIED = { kind: 'refused', code: 'DENIED_BY_RULE', status: 403, message: 'no' } as const;

/** Exchange `n` in session `s`, by `subject`, on `target`. */
function exchange(n: number, s: number, subject = 'ci:a', target = 'prod', outcome?: typeof DENIED): readonly Event[] {
  const caller = { subject, issuer: 'main', groups: [], kind: 'autonomous', labels: {} } as const;
  return [begun(n, { session: sessionId(s), caller, target }), ended(n, outcome, { session: sessionId(s) })];
}

const EVENTS: readonly Event[] = [
  ...exchange(1, 1),
  ...exchange(2, 2, 'ci:b'),
  ...exchange(3, 1, 'ci:a', 'prod', DENIED),
  ...exchange(4, 3, 'ci:a', 'test'),
  begun(5, { session: sessionId(3), target: 'test' }),
  ended(9, { kind: 'lost' }, { session: sessionId(9) }),
];

function list(filter: Partial<ConstructorParameters<typeof SessionSummaries>[0]>) {
  const summaries = new SessionSummaries({ sessionsMax: 10, ...filter });
  for (const event of EVENTS) summaries.add(event);
  return summaries
    .list()
    .map(({ session, exchanges, refused, failed, open }) => [
      Number(session.slice(-6)),
      exchanges,
      refused,
      failed,
      open,
    ]);
}

test('sessions are summed up, the newest first', () => {
  assert.deepEqual(list({}), [
    [3, 2, 0, 0, 1],
    [2, 1, 0, 0, 0],
    [1, 2, 1, 0, 0],
  ]);
  assert.deepEqual(list({ subject: 'ci:b' }), [[2, 1, 0, 0, 0]]);
  assert.deepEqual(list({ target: 'test' }), [[3, 2, 0, 0, 1]]);
  assert.deepEqual(
    list({ sinceMs: START_AT + 9 }).map(([n]) => n),
    [3],
  );
  assert.deepEqual(list({ subject: 'nobody' }), []);
});

test('what was only planned is no refusal, whatever became of it', () => {
  const summaries = new SessionSummaries({ sessionsMax: 10 });
  const PLANNED = { ...DENIED, code: 'PLANNED' } as const;
  for (const event of [
    begun(1, { planned: true }),
    ended(1, PLANNED),
    begun(2, { planned: true }),
    begun(3),
    ended(2, DENIED),
    ended(3, DENIED),
  ])
    summaries.add(event);
  assert.deepEqual(
    summaries.list().map(({ exchanges, refused, planned, open }) => [exchanges, refused, planned, open]),
    [[3, 1, 2, 0]],
  );
});

test('a stream that its caller closed is no failure, and anything else that was left is', () => {
  const { operation } = begun(1) as ExchangeBegun;
  const watch = { operation: { ...(operation as NonNullable<typeof operation>), verb: 'watch' } };
  const summaries = new SessionSummaries({ sessionsMax: 10 });
  for (const event of [
    begun(1, watch),
    ended(1, { kind: 'abandoned', status: 200 }),
    begun(2, watch),
    ended(2, { kind: 'abandoned' }),
    begun(3),
    ended(3, { kind: 'abandoned', status: 200 }),
  ])
    summaries.add(event);
  assert.deepEqual(
    summaries.list().map(({ exchanges, failed, open }) => [exchanges, failed, open]),
    [[3, 2, 0]],
  );
});

test('no more sessions are held than are asked for, and one that was dropped does not come back', () => {
  assert.deepEqual(
    list({ sessionsMax: 2 }).map(([n]) => n),
    [3, 2],
  );
  const summaries = new SessionSummaries({ sessionsMax: 1 });
  for (const event of [...exchange(1, 1), ...exchange(2, 2), ...exchange(3, 1)]) summaries.add(event);
  assert.deepEqual(
    summaries.list().map(({ session, exchanges }) => [session, exchanges]),
    [[sessionId(2), 1]],
  );
});

test('the exchanges of one session come in the order in which they began, the last ones where there are many', () => {
  const exchanges = new SessionExchanges(sessionId(1), 2);
  for (const event of [
    begun(1),
    begun(2),
    permitted(2),
    ended(2),
    begun(3, { session: sessionId(7) }),
    ended(1, DENIED),
    begun(4),
  ])
    exchanges.add(event);
  const shown = exchanges
    .list()
    .map(({ begun: { exchange: id }, permittedBy, ended: end }) => [id, permittedBy, end?.outcome.kind]);
  assert.deepEqual(shown, [
    [exchangeId(2), 'read', 'answered'],
    [exchangeId(4), undefined, undefined],
  ]);
  assert.equal(exchanges.leftOut, 1);
});

const IDLE = SESSION_IDLE_MAX_MS;
const throttled = (subject: string, since: number, requests: number): Event => {
  const caller = { subject, issuer: 'main', groups: [], kind: 'autonomous', labels: {} } as const;
  return { type: 'caller.throttled', at: START_AT + since + 10, caller, since: START_AT + since, requests };
};

test('what a caller asked too fast counts in each of its sessions that was not over, and in no other caller’s', () => {
  const summaries = new SessionSummaries({ sessionsMax: 10 });
  for (const event of [
    throttled('ci:a', 0, 1),
    ...exchange(1, 1),
    ...exchange(2, 2, 'ci:b'),
    ...exchange(3, 3, 'ci:a', 'test'),
    throttled('ci:a', 4, 10),
    throttled('ci:a', 6 + IDLE, 100),
    throttled('ci:a', 9 + IDLE, 1000),
  ])
    summaries.add(event);
  assert.deepEqual(
    summaries.list().map(({ session, throttled: count }) => [Number(session.slice(-6)), count]),
    [
      [3, 110],
      [2, 0],
      [1, 110],
    ],
  );
});

test('a session’s exchanges say what was throttled between each and the next', () => {
  const exchanges = new SessionExchanges(sessionId(1), 10);
  for (const event of [
    throttled('ci:a', 0, 1),
    ...exchange(1, 1),
    throttled('ci:b', 2, 10),
    throttled('ci:a', 2, 100),
    throttled('ci:a', 12, 100),
    ...exchange(20, 1),
    throttled('ci:a', 21 + IDLE, 1000),
  ])
    exchanges.add(event);
  assert.deepEqual(
    exchanges.list().map((view) => view.throttled),
    [{ since: START_AT + 2, at: START_AT + 22, requests: 200 }, undefined],
  );
});
