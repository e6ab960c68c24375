import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { certain, type Evaluation, evaluate, type Spoken } from './evaluate.ts';
import type { FactKind } from './facts.ts';
import type { Question } from './question.ts';
import { partsOf, type RuleSet } from './rule-set.ts';
import { missingFacts, type Truth, YES } from './truth.ts';

/**
 * The facts that could still change the answer, so that nothing else is looked up: none where a deny, a guard or silence answers without.
 *
 * Time is taken as the caller's rules have it at `nowMs`, since a rule that is out of its hours needs nothing.
 */
export function factsNeeded(
  rules: RuleSet,
  caller: Caller,
  operation: Operation,
  nowMs: number,
  grants?: Question['grants'],
): readonly FactKind[] {
  return factsOpen(rules, { caller, operation, facts: {}, nowMs, grants });
}

/** The same once some facts are known: those that the answer still hangs on. */
export function factsOpen(rules: RuleSet, question: Question): readonly FactKind[] {
  const spoken = evaluate(partsOf(rules), question);
  if (certain(spoken.deny) !== undefined || certain(spoken.guards) !== undefined) return [];
  if (spoken.hold.length === 0 && spoken.allow.length === 0 && spoken.builtIn === undefined) return [];
  return missingFacts(all(spoken.deny) | all(spoken.portDenials ?? []) | all(spoken.guards) | whatPermits(spoken));
}

/** Once a hold is certain no allow matters; once an allow is, no other does. */
function whatPermits({ hold, allow, builtIn }: Evaluation): Truth {
  if (certain(hold) !== undefined) return YES;
  const isAllowed = builtIn !== undefined || allow.some(({ by, truth }) => truth === YES && by.rule.amend.length === 0);
  return all(hold) | (isAllowed ? YES : all(allow));
}

function all(spoken: readonly Spoken<unknown>[]): Truth {
  return spoken.reduce((sum, { truth }) => sum | truth, YES);
}
