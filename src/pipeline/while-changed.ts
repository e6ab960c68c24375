/*
 * A request whose decision hangs on the live object is held to the version that was judged, so upstream itself refuses it where the object has changed since.
 * Then everything is done anew: look up, judge, record, forward. Controllers change objects all the time, and a caller that did not ask for a version must not
 * notice that the gateway did.
 */
import type { Connector } from '../connectors/connector.ts';
import type { Permit } from '../model/permit.ts';
import { isSamePrecondition, type Precondition } from '../model/precondition.ts';
import { Refusal } from '../model/refusal.ts';
import type { Reply } from '../model/reply.ts';
import { unreachable } from '../std/unreachable.ts';

/** Limits of judging anew; documented in docs/reference/limits.md. */
export const ATTEMPT_LIMITS = Object.freeze({
  /** How often a request is judged and forwarded in all, where its object changes each time in between. */
  attemptsMax: 3,
});

/** A request that was forwarded. */
export interface Attempt {
  readonly permit: Permit;
  readonly reply: Reply;
}

/**
 * The first attempt that the object did not change under. Only what was not sent, and what upstream has refused whole, is attempted again; where the object is
 * in the same state as the time before, the conflict is another one, and the reply is its own.
 *
 * @throws {Refusal} OBJECT_CHANGED it changed each time; what the attempt refuses
 */
export async function whileChanged<Made extends Attempt>(
  connector: Pick<Connector, 'isConflict'>,
  attempt: () => Promise<Made>,
): Promise<Made> {
  let before: Precondition | undefined;
  for (let count = 1; ; count++) {
    const isLast = count === ATTEMPT_LIMITS.attemptsMax;
    const made = isLast ? await attempt() : await attempt().catch(unlessChanged);
    if (made === undefined) continue;
    const { precondition } = made.permit;
    if (precondition === undefined || !connector.isConflict(made.reply)) return made;
    if (before !== undefined && isSamePrecondition(before, precondition)) return made;
    giveUp(made.reply);
    if (isLast) throw changedEachTime();
    before = precondition;
  }
}

/** What was looked up was not of one moment; nothing was sent. */
function unlessChanged(thrown: unknown): undefined {
  if (thrown instanceof Refusal && thrown.code === 'OBJECT_CHANGED') return undefined;
  throw thrown;
}

function giveUp(reply: Reply): void {
  switch (reply.kind) {
    case 'unary':
    case 'stream':
      reply.body.cancel(new Error('attempted anew'));
      return;
    case 'duplex':
      reply.socket.destroy();
      return;
    default:
      unreachable(reply);
  }
}

function changedEachTime(): Refusal {
  const message = `the object changed between being judged and being forwarded, ${ATTEMPT_LIMITS.attemptsMax} times, so nothing was done`;
  return new Refusal('OBJECT_CHANGED', message, { advice: 'try again' });
}
