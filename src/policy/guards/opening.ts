/*
 * A guard that an operator has opened for some callers, targets or namespaces: for all others it is as closed as any. What the opening hangs on and is not known
 * keeps it closed, and is looked up as for a rule. An operation that is in no namespace, or in many, is within none that is named.
 */
import { allHold, conditionsOf } from '../conditions.ts';
import type { Question } from '../question.ts';
import { type Reading, readings } from '../reading.ts';
import type { CallerMatch, NamespaceMatch } from '../rule.ts';
import { and, NO, not, or, type Truth } from '../truth.ts';
import type { Guard, GuardId } from './guard.ts';

/** Where a guard is open; what is absent does not narrow. */
export interface GuardOpening {
  readonly id: GuardId;
  readonly callers?: readonly CallerMatch[];
  readonly targets?: readonly string[];
  readonly namespaces?: readonly NamespaceMatch[];
}

/** The guard as these openings of it leave it. */
export function opened(guard: Guard, openings: readonly GuardOpening[]): Guard {
  const tests = openings.filter(({ id }) => id === guard.id).map(openingTest);
  if (tests.length === 0) return guard;
  return {
    ...guard,
    test(question, context) {
      const found = guard.test(question, context);
      if (found === NO) return NO;
      return and(found, not(tests.map((test) => test(question)).reduce(or, NO)));
    },
  };
}

function openingTest({ callers = [{}], targets = ['*'], namespaces }: GuardOpening): (question: Question) => Truth {
  const conditions = conditionsOf({ callers, targets, ...(namespaces === undefined ? {} : { namespaces }) }, false);
  return (question) => {
    const [literal] = readings(question.operation, question.unsaid);
    return allHold(conditions, question, literal as Reading);
  };
}
