import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { patternMasks, testMasking } from '../../test/support/masking.ts';
import { noKeeper } from '../../test/support/no-keeper.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { builtInDetection } from '../masking/detect/built-in-detection.ts';
import { faultOf } from '../model/fault-of.ts';
import type { Operation } from '../model/operation.ts';
import { Refusal } from '../model/refusal.ts';
import type { MaskedReply } from '../model/reply.ts';
import type { RawRequest } from '../model/request.ts';
import type { Event } from '../recording/event.ts';
import type { KeepingTold } from '../recording/keeping.ts';
import type { ExchangeId, SessionId } from '../std/ids.ts';
import { threadTime } from '../std/thread-time.ts';
import { noAccess } from './access.ts';
import { noApprovals } from './approvals.ts';
import { InFlight } from './in-flight.ts';
import type { Judged } from './judge.ts';
import { createRecorder } from './record.ts';
import type { KeeperPort, Observer } from './record-ports.ts';
import { recordedOperation } from './recorded-operation.ts';
import { refusedOutcome } from './refused-outcome.ts';
import { Turns } from './turns.ts';

const kept = { written: async () => {}, synced: async () => {} };

/** A recording of an exchange that is under way. */
function begunWith(
  operation: Partial<Operation>,
  masking = testMasking(),
  { keeper = noKeeper.keeper, synced = kept.synced }: { keeper?: KeeperPort; synced?: () => Promise<void> } = {},
) {
  const [events, failures]: [Event[], Refusal[]] = [[], []];
  const inFlight = new InFlight({ requestsPerCallerMax: 9, streamsPerCallerMax: 9 });
  const recording = createRecorder({
    target: 'prod',
    journal: {
      append(event) {
        events.push(event);
        return { ...kept, synced };
      },
    },
    observer: {
      ...{ begun() {}, ended() {}, throttled() {} },
      failed: (_target: string, refusal: Refusal) => void failures.push(refusal),
    } as unknown as Observer,
    clock: { now: () => 0, monotonic: () => 0 },
    rates: { take: () => undefined, takeBytes: () => undefined, worked() {} },
    turns: new Turns(() => 0),
    threadTime: threadTime(),
    inFlight,
    digestOf: () => 'keyed',
    ...noKeeper,
    keeper,
    masking,
    unknown: { refuse() {}, remember() {} },
    access: noAccess,
    approvals: noApprovals,
    sessionOf: () => 'session' as SessionId,
  }).open({ id: 'exchange' as ExchangeId, peer: '', method: 'GET' } as RawRequest);
  recording.of(callerOf());
  recording.begin({ ...operationOf({ method: 'GET', uri: '/api/v1/pods' }), ...operation });
  return { inFlight, recording, events, failures };
}

const ENDLESS = { isStream: true, isChange: false };

test('a read without an end is given up when the gateway stops before its reply has begun', () => {
  const { inFlight, recording } = begunWith(ENDLESS);
  const ended = recording.endedWith(new AbortController().signal);
  assert.equal(ended.aborted, false);
  inFlight.endUnanswered();
  assert.equal(ended.reason?.code, 'SHUTTING_DOWN');
});

test('and is not begun once the gateway has given up the others', () => {
  const { inFlight, recording } = begunWith(ENDLESS);
  inFlight.endUnanswered();
  assert.throws(() => recording.endedWith(new AbortController().signal), { code: 'SHUTTING_DOWN' });
});

test('it ends with its caller too, whenever that went away', () => {
  const reason = new Error('gone');
  const [before, after] = [new AbortController(), new AbortController()];
  before.abort(reason);
  assert.equal(begunWith(ENDLESS).recording.endedWith(before.signal).reason, reason);
  const ended = begunWith(ENDLESS).recording.endedWith(after.signal);
  after.abort(reason);
  assert.equal(ended.reason, reason);
});

for (const [name, operation] of [
  ['an exec, which may change something', { isStream: true, isChange: true }],
  ['what has an end', { isStream: false, isChange: false }],
] as const) {
  test(`${name} ends with its caller alone`, () => {
    const { inFlight, recording } = begunWith(operation);
    const caller = new AbortController().signal;
    inFlight.endUnanswered();
    assert.equal(recording.endedWith(caller), caller);
  });
}

const CHANGE = { isStream: false, isChange: true };
const killed = new Refusal('KILLED', 'an operator has stopped it');
const judged = (operation: Partial<Operation>) =>
  ({ operation, decision: { effect: 'allow', rule: 'r' } }) as unknown as Judged;

for (const [name, operation] of [
  ['a change', CHANGE],
  ['a read', { isStream: false, isChange: false }],
] as const) {
  test(`T60: ${name} that is stopped while it is judged is not permitted`, async () => {
    const { inFlight, recording, events } = begunWith(operation);
    inFlight.endAccess(() => true, killed);
    await assert.rejects(recording.permitted(judged(operation)), killed);
    recording.refused(killed);
    assert.deepEqual(
      events.map((event) => ('outcome' in event ? event.outcome.kind : event.type)),
      ['exchange.begun', 'refused'],
    );
  });

  test(`T60: ${name} that is stopped behind its permit is not sent`, async () => {
    const { inFlight, recording, events } = begunWith(operation);
    await recording.permitted(judged(operation));
    inFlight.endAccess(() => true, killed);
    assert.throws(() => recording.endedWith(new AbortController().signal), killed);
    assert.throws(() => recording.refuseEnded(), killed);
    recording.refused(killed);
    const end = events.at(-1);
    assert.equal(end !== undefined && 'outcome' in end && end.outcome.kind, 'refused');
  });
}

test('T60: a change that is stopped while its intent is written is not permitted', async () => {
  const written = Promise.withResolvers<void>();
  const { inFlight, recording } = begunWith(CHANGE, testMasking(), { synced: () => written.promise });
  const permitted = recording.permitted(judged(CHANGE));
  inFlight.endAccess(() => true, killed);
  written.resolve();
  await assert.rejects(permitted, killed);
});

test('a bug that ends an exec is in the log, and in its record as what it is; what ends it otherwise is not', async () => {
  for (const [reason, logged] of [
    [faultOf(new TypeError('a bug')), 1],
    [new Refusal('DENIED_BY_RULE', 'port 22'), 0],
  ] as const) {
    const { recording, events, failures } = begunWith({ isStream: true });
    const socket = new Duplex({ read() {} }).on('error', () => {});
    const reply = { kind: 'duplex', status: 101, headers: [], socket, head: Buffer.alloc(0) };
    recording.replied(reply as unknown as MaskedReply);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.destroy(reason);
    await closed;
    const end = events.at(-1);
    assert.equal(end !== undefined && 'outcome' in end && 'code' in end.outcome && end.outcome.code, reason.code);
    assert.equal(failures.filter((refusal) => refusal === reason).length, logged);
  }
});

test('what has begun has an end, also where its caller is found to ask too fast', () => {
  const { inFlight, recording, events } = begunWith({});
  recording.refused(new Refusal('CALLER_THROTTLED', 'too fast'));
  assert.deepEqual([events.map(({ type }) => type), inFlight.callers], [['exchange.begun', 'exchange.ended'], 0]);
});

test('T55: what a caller wrote is recorded with masks where a detector finds a value, and a body by its keyed digest', () => {
  const uri =
    '/api/v1/namespaces/a/pods/web/exec?command=mysql&command=--password&command=c0rrect-h0rse&command=postgres%3A%2F%2Fa%3Ahunter2x%40db&stdout=1';
  const recorded = recordedOperation(
    operationOf({ method: 'POST', uri, body: { password: 'c0rrect-h0rse' } }),
    () => 'keyed',
    builtInDetection(),
  );
  assert.deepEqual(recorded.stream?.argv, [
    'mysql',
    '--password',
    'masked-by-sallyport-keyed-secret',
    'postgres://a:masked-by-sallyport-connection-string@db',
  ]);
  assert.equal(recorded.body?.digest, 'keyed');
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const read = recordedOperation(
    operationOf({ method: 'GET', uri: `/api/v1/pods/${token}?labelSelector=token%3D${token}` }),
    () => '',
    builtInDetection(),
  );
  assert.doesNotMatch(JSON.stringify(read), /a1B2/);
  const said = refusedOutcome(
    new Refusal('DENIED_BY_RULE', `no pod \`${token}\``, { detail: `its password=c0rrect-h0rse` }),
    false,
    undefined,
    builtInDetection(),
  );
  assert.doesNotMatch(JSON.stringify(said), /a1B2|h0rse/);
});

test('T55: a mask of policy masks what it knows in words of a command, in a name and in why a request is refused', () => {
  const uri = '/api/v1/namespaces/a/pods/web-blue-123456/exec?command=login&command=blue-123456&stdout=1';
  const masking = testMasking(patternMasks('blue-[0-9]{6}'));
  const { recording, events } = begunWith(operationOf({ method: 'POST', uri }), masking);
  recording.refused(new Refusal('DENIED_BY_RULE', 'no', { detail: 'it was given blue-123456' }));
  const recorded = JSON.stringify(events);
  assert.doesNotMatch(recorded, /123456/);
  assert.match(recorded, /"argv":\["login","masked-by-sallyport-own"\]/);
  assert.match(recorded, /it was given masked-by-sallyport-own/);
});

test('what is kept reaches the disk behind its exchange, and whoever waits for that holds nothing of the exchange', async () => {
  const waiting: KeepingTold[] = [];
  const keeper: KeeperPort = {
    ...noKeeper.keeper,
    open(_exchange, _head, told) {
      waiting.push(told);
      return noKeeper.keeper.open();
    },
  };
  let hasRoom = 0;
  const held = (() => {
    const { recording } = begunWith({}, testMasking(), { keeper });
    const cut = { form: 'body', part: 'request', mediaType: '', cut: 'whole', bytesMax: undefined } as const;
    recording.keep(cut, () => hasRoom++);
    waiting[0]?.onRoom();
    recording.refused(new Refusal('CALLER_THROTTLED', 'too fast'));
    return new WeakRef(recording);
  })();
  waiting[0]?.onRoom();
  waiting[0]?.onFailed(new Error('the disk is full'));
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // A target that was looked at stays until the turn of the loop has ended.
  for (let i = 0; i < 50 && held.deref() !== undefined; i++) {
    await setImmediate();
    collect();
  }
  assert.deepEqual([hasRoom, held.deref(), waiting.length], [1, undefined, 1]);
});
