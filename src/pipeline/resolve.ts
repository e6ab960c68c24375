import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { FactKind, Facts } from '../policy/facts.ts';
import { factsNeeded } from '../policy/facts-needed.ts';
import type { Question } from '../policy/question.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import type { Clock } from '../std/clock.ts';

/**
 * Looks facts up at the target, with the target's reader credential; the only way upstream beside a permit.
 *
 * A look-up that fails leaves the fact unknown: an allow that needs it does not match, a deny or hold that needs it does.
 */
export interface Probe {
  /** Never throws: what cannot be had is `unknown`. */
  lookUp(kinds: readonly FactKind[], caller: Caller, operation: Operation): Promise<Facts>;
}

/** The question with the facts that the rules that could still matter need, and no other; none where a static answer stands. */
export async function resolve(
  gateway: { readonly probe: Probe; readonly clock: Clock },
  rules: RuleSet,
  caller: Caller,
  operation: Operation,
): Promise<Question> {
  const nowMs = gateway.clock.now();
  const needed = factsNeeded(rules, caller, operation, nowMs);
  const facts = needed.length === 0 ? {} : await gateway.probe.lookUp(needed, caller, operation);
  return { caller, operation, facts, nowMs };
}
