import type { Caller } from './caller.ts';
import type { AllowDecision } from './decision.ts';
import type { Operation } from './operation.ts';
import type { Precondition } from './precondition.ts';
import type { Request } from './request.ts';

declare const permit: unique symbol;

/**
 * Proof that this caller may have this operation done, and that the intent of it is recorded (synced to disk where it changes or
 * streams). Only `settle` makes one; nothing is forwarded without.
 */
export interface Permit {
  readonly [permit]: true;
  readonly caller: Caller;
  /** What is sent, and the operation that it was judged as: nothing else can be forwarded with this permit. */
  readonly request: Request;
  readonly operation: Operation;
  readonly decision: AllowDecision;
  /** The state of its object that the request is held to, where the decision hangs on it; the request says so to upstream. */
  readonly precondition: Precondition | undefined;
  /** What is sent in place of the operation's body, where masks in it were put back; nothing else in it differs, and nothing but upstream sees it. */
  readonly restored: RestoredBody | undefined;
  /**
   * Called just before the request is sent, each time: it may have waited long for a credential or a connection.
   *
   * @throws {Refusal} KILLED, TOKEN_EXPIRED, GRANT_ENDED, TARGET_UNKNOWN what the permit lives by has ended since
   */
  readonly refuseEnded: () => void;
}

/** A body in which values stand in the place of their masks. */
export interface RestoredBody {
  readonly mediaType: string;
  readonly bytes: Buffer;
}
