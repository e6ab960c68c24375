import type { Caller } from '../model/caller.ts';
import type { DenyDecision } from '../model/decision.ts';
import type { Refusal } from '../model/refusal.ts';
import type { Suggestion } from '../model/suggestion.ts';
import type { GrantedScope } from '../policy/grant-scope.ts';
import type { SessionId } from '../std/ids.ts';

/** What callers have beside standing rules, and who is stopped: the data path's port to grants and kills. None of its calls waits where there are none. */
export interface Access {
  /** The caller's live grants; undefined where it has none. */
  grantsOf(caller: Caller): readonly GrantedScope[] | undefined;
  /**
   * Takes one use of a grant, in the store where its uses are counted.
   *
   * @throws {Refusal} GRANT_ENDED; STORE_UNAVAILABLE it cannot be known whether the grant still lives
   */
  use(grant: string): Promise<void>;
  /** @throws {Refusal} KILLED an operator has stopped the caller, its session, the target, or all */
  refuseKilled(caller: Caller, target: string, session: SessionId): void;
  /** What a caller that no rule allows can do at a target; undefined where there is nobody to ask. */
  suggest(denied: Pick<DenyDecision, 'offered'>, target: string): Suggestion | undefined;
  /** Keeps what a caller was told, so that it can be told again. */
  refused(
    caller: Caller,
    told: { readonly exchange: string; readonly target: string; readonly refusal: Refusal },
  ): void;
}

/** A gateway without a control plane: nobody is granted anything, and nobody is stopped. */
export const noAccess: Access = {
  grantsOf: () => undefined,
  async use() {
    throw new Error('a grant was used where there are none');
  },
  refuseKilled() {},
  suggest: () => undefined,
  refused() {},
};
