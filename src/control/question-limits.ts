import type { Party } from '../approval/approval.ts';
import { callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { RowReader } from '../store/store.ts';

/** Limits of questions; documented in docs/reference/limits.md. */
export const QUESTION_LIMITS = Object.freeze({
  /** Questions of one caller that wait for a person. */
  pendingPerCallerMax: 50,
  /** How long the same request is told of a no before it asks anew. */
  rejectedForMs: 30_000,
  /** How long it is told that nobody answered. */
  expiredForMs: 5_000,
  /** Of a caller's newest questions, how many are looked at to tell what it asked before, and what was said to its command. */
  beforeMax: 200,
});

/** @throws {Refusal} TOO_MANY_REQUESTS as many of the caller's questions wait as may */
export async function refuseTooMany(rows: RowReader, asker: Pick<Party, 'issuer' | 'subject'>): Promise<void> {
  const { pendingPerCallerMax } = QUESTION_LIMITS;
  const waiting = await rows.list('approval', {
    owner: callerKey(asker),
    state: 'pending',
    limit: pendingPerCallerMax,
  });
  if (waiting.length >= pendingPerCallerMax)
    throw new Refusal(
      'TOO_MANY_REQUESTS',
      `you have ${pendingPerCallerMax} questions that wait for a person, as many as you may`,
      { advice: 'wait for some of them to be answered' },
    );
}
