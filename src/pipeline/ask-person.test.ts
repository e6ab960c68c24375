// How a held request waits, with a store and a clock that the test has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { newApproval } from '../approval/new-approval.ts';
import type { Patience, Probe } from '../connectors/connector.ts';
import { DEFAULT_HOLD } from '../model/hold-terms.ts';
import { Refusal } from '../model/refusal.ts';
import type { Request } from '../model/request.ts';
import type { ExchangeId, SessionId } from '../std/ids.ts';
import type { HeldRequest } from './approvals.ts';
import { askingPersons, WAIT_LIMITS } from './ask-person.ts';
import { HeldReleases } from './held-releases.ts';
import type { Judged } from './judge.ts';

const NOW = 1_750_000_000_000;
const HOUR_MS = 3_600_000;

interface Told {
  readonly left: string[];
  readonly waits: number[];
  readonly attends: number[];
  readonly asked: HeldRequest[];
}

/** A held request, whose wait ends without an answer: what it is told, and how long it waited. */
async function told(
  patience: Patience,
  part: { tokenMs?: number; isStopping?: boolean; end?: Refusal } = {},
): Promise<[string, Told]> {
  const seen: Told = { left: [], waits: [], attends: [], asked: [] };
  const operation = operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop/pods' });
  const caller = callerOf({ subject: 'ci:dev', tokenEndsAt: NOW + (part.tokenMs ?? HOUR_MS) });
  const judged = {
    caller,
    request: { id: 'x', method: 'DELETE', headers: new Map() } as unknown as Request,
    operation,
    decision: {
      effect: 'hold',
      rule: 'p/h',
      reason: '',
      holds: [{ ...DEFAULT_HOLD, rule: 'p/h', reason: '', upgradeWaitMaxMs: 31_000 }],
    },
    amended: undefined,
    precondition: undefined,
  } as Judged;
  const gateway = {
    connector: {
      asking: () => ({ what: '', mayDiffer: [], patience }),
      unrepeatable: () => undefined,
      pin: async () => undefined,
    },
    approvals: {
      canAsk: true,
      async ask(held: HeldRequest) {
        seen.asked.push(held);
        const shown = {
          operation: '',
          asked: '',
          risk: 'plain',
          risks: [],
          mayDiffer: [],
          missing: [],
          reason: '',
        } as const;
        const asker = { subject: 'ci:dev', issuer: 'demo', groups: [], kind: 'autonomous' } as const;
        return newApproval({
          id: 'a',
          request: held.digest,
          asker,
          target: 'demo',
          namespace: 'shop',
          seats: [],
          shown,
          askedAt: NOW,
          closesAt: NOW + HOUR_MS,
          claimForMs: 1,
        });
      },
      async wait(approval: never, _caller: never, ms: number) {
        seen.waits.push(ms);
        if (part.end !== undefined) throw part.end;
        return { approval, isStopping: part.isStopping ?? false };
      },
      leave: (id: string) => void seen.left.push(id),
      wasToldLately: () => false,
      attend: async (_id: string, _exchange: ExchangeId, ms: number) => void seen.attends.push(ms),
    },
    clock: { now: () => NOW, monotonic: () => 0 },
    masking: {},
    releases: new HeldReleases({ monotonic: () => 0 }),
  } as unknown as Parameters<typeof askingPersons>[0];
  const recording = {
    session: () => 's' as SessionId,
    decided() {},
    waiting: (signal: AbortSignal) => signal,
    probed() {},
    lookedUp() {},
    timed: <Result>(work: () => Result) => work(),
    conditionsTurn: () => undefined,
  };
  const persons = askingPersons(gateway, recording, 'x' as ExchangeId, new AbortController().signal);
  const code = await persons(
    async () => judged,
    async (each) => each,
    {} as Probe,
  ).then(
    () => 'done',
    (thrown) => (thrown instanceof Refusal ? thrown.code : String(thrown)),
  );
  return [code, seen];
}

test('T81: a client that is not known is held for its slice of 9 s and told 403; its question stays open', async () => {
  const [code, { waits, attends, asked }] = await told({ waitMs: 9_000, after: 'told' });
  assert.deepEqual([code, waits, attends], ['HELD', [9_000], []]);
  assert.equal(asked[0]?.attendedMs, Number.POSITIVE_INFINITY, 'whoever was told to run it again has not gone');
});

test('T81: one that follows a 429 is answered one after its slice, and has its time to come back', async () => {
  const [code, { waits, attends, asked }] = await told({ waitMs: 50_000, after: 'again' });
  assert.deepEqual([code, waits, attends], ['HELD_WAITING', [50_000], [WAIT_LIMITS.graceMs]]);
  assert.equal(asked[0]?.attendedMs, 50_000 + WAIT_LIMITS.graceMs);
});

test('what waits when the gateway stops is answered 429, whoever it is, so that another gateway goes on', async () => {
  const [code, { attends }] = await told({ waitMs: 9_000, after: 'told' }, { isStopping: true });
  assert.deepEqual([code, attends], ['HELD_WAITING', [WAIT_LIMITS.graceMs]]);
});

test('T60: nobody waits longer than its token lasts, and an upgrade as long as its rule says', async () => {
  assert.deepEqual((await told({ waitMs: 50_000, after: 'again' }, { tokenMs: 4_000 }))[1].waits, [4_000]);
  assert.deepEqual((await told({ waitMs: 'upgrade', after: 'told' }))[1].waits, [31_000]);
});

test('T60: the question of a caller that is stopped, or whose token is over, is withdrawn at once; where it cannot be recorded its caller may come back', async () => {
  for (const [code, left] of [
    ['KILLED', ['a']],
    ['TOKEN_EXPIRED', ['a']],
    ['RECORDING_UNAVAILABLE', []],
    ['STORE_UNAVAILABLE', []],
  ] as const) {
    const [answered, seen] = await told({ waitMs: 9_000, after: 'told' }, { end: new Refusal(code, '') });
    assert.deepEqual([answered, seen.left], [code, left]);
  }
});
