import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { AllowDecision, Decision } from '../model/decision.ts';
import { Refusal } from '../model/refusal.ts';
import type { Request } from '../model/request.ts';
import type { Judged } from './judge.ts';
import { settle } from './settle.ts';

const ALLOW: Decision = { effect: 'allow', rule: 'p/1' };
const DENY: Decision = { effect: 'deny', by: 'silence', rule: '', reason: 'no rule allows it', advice: '' };
const ENDS_AT = 1_000;

/** What comes of a decision at a moment, and what was told to be kept. */
async function outcome(decision: Decision, nowMs: number): Promise<readonly string[]> {
  const told: string[] = [];
  const judged: Judged = {
    caller: callerOf({ tokenEndsAt: ENDS_AT }),
    request: {} as Request,
    operation: operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop/pods/web' }),
    decision,
    amended: undefined,
    precondition: undefined,
  };
  const recording = {
    decided: () => void told.push('decided'),
    permitted: async () => void told.push('permitted'),
    refuseEnded() {},
  };
  try {
    const use = async ({ grant }: AllowDecision) => {
      if (grant === 'over') throw new Refusal('GRANT_ENDED', 'it has ended');
      if (grant !== undefined) told.push(`used ${grant}`);
    };
    await settle(judged, recording, { now: () => nowMs, monotonic: () => 0 }, use, () => undefined);
    return [...told, 'permit'];
  } catch (thrown) {
    assert.ok(thrown instanceof Refusal);
    return [...told, thrown.code];
  }
}

test('T60: a permit tells when what it lives by has ended, up to the moment at which it is sent', async () => {
  let ended: Refusal | undefined;
  const recording = {
    decided() {},
    permitted: async () => {},
    refuseEnded() {
      if (ended !== undefined) throw ended;
    },
  };
  const judged = { caller: callerOf({ tokenEndsAt: ENDS_AT }), decision: ALLOW } as Judged;
  const clock = { now: () => 0, monotonic: () => 0 };
  const permit = await settle(
    judged,
    recording,
    clock,
    async () => {},
    () => undefined,
  );
  permit.refuseEnded();
  ended = new Refusal('KILLED', 'an operator has stopped it');
  assert.throws(() => permit.refuseEnded(), ended);
});

suite('a decision is settled', () => {
  const CASES: readonly (readonly [string, Decision, number, readonly string[]])[] = [
    [
      'T59: a grant’s use is taken before the intent is kept',
      { ...ALLOW, grant: 'g' },
      ENDS_AT - 1,
      ['decided', 'used g', 'permitted', 'permit'],
    ],
    ['a grant that has ended permits nothing', { ...ALLOW, grant: 'over' }, ENDS_AT - 1, ['decided', 'GRANT_ENDED']],
    ['an allow becomes a permit once its intent is kept', ALLOW, ENDS_AT - 1, ['decided', 'permitted', 'permit']],
    ['T60: nothing is permitted after the token has ended', ALLOW, ENDS_AT, ['decided', 'TOKEN_EXPIRED']],
    ['a deny is a deny at any moment', DENY, ENDS_AT, ['decided', 'DENIED_BY_SILENCE']],
  ];
  for (const [name, decision, nowMs, expected] of CASES)
    test(name, async () => assert.deepEqual(await outcome(decision, nowMs), expected));
});
