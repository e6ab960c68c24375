import type { Caller } from '../model/caller.ts';
import type { Unsaid } from '../model/foresight.ts';
import type { Operation } from '../model/operation.ts';
import type { Facts } from './facts.ts';
import type { GrantedScope } from './grant-scope.ts';

/** Everything that a decision hangs on: with it and the rules, the same decision can be made again from a recording. */
export interface Question {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly facts: Facts;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Set where an access review asks: the operation has no body, options or stream because nobody has said them, and perhaps no name. */
  readonly unsaid?: Unsaid;
  /** The caller's live grants; absent where it has none. */
  readonly grants?: readonly GrantedScope[] | undefined;
}
