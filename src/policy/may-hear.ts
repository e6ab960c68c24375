import type { Operation } from '../model/operation.ts';
import { certain, type Evaluation, evaluate } from './evaluate.ts';
import type { Question } from './question.ts';
import type { RuleSetParts } from './rule-set.ts';

/**
 * T52: whether the caller may hear why the target rejects a patch. "Not found", or that a value is not the one tested for, tells of the object: for those
 * who may do the patch whatever its result, and so would hear it from the target, and for those who may read the object.
 */
export function mayHearRejection(parts: RuleSetParts, question: Question, spoken: Evaluation): boolean {
  if (spoken.builtIn !== undefined || certain(spoken.hold) !== undefined || certain(spoken.allow) !== undefined)
    return true;
  const { existing, namespaceLabels } = question.facts;
  const facts = {
    ...(existing === undefined ? {} : { existing }),
    ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
  };
  const read = evaluate(parts, { ...question, operation: asRead(question.operation), facts });
  if (read.deny.length > 0 || read.guards.length > 0 || read.hold.length > 0) return false;
  return certain(read.allow) !== undefined;
}

/** A GET of what a patch is of. */
function asRead(operation: Operation): Operation {
  return {
    ...operation,
    verb: 'get',
    power: undefined,
    equals: [],
    isChange: false,
    query: new Map(),
    options: { isDryRun: false },
    body: undefined,
  };
}
