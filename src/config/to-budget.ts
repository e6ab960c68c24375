import type { Budget } from '../policy/budget.ts';
import type { CallerMatch, RuleSource } from '../policy/rule.ts';
import { deepFreeze } from '../std/deep-freeze.ts';
import { durationMs } from '../std/duration.ts';
import type { PolicyDocument } from './policy-schema.ts';
import { callerMatches } from './to-rule.ts';

/** A budget as a document writes it. */
export function toBudget(
  { metadata, targets: all = [] }: PolicyDocument,
  { id, callers, targets = all, of, max, per, over, mode }: NonNullable<PolicyDocument['budgets']>[number],
  source: RuleSource,
): Budget {
  return deepFreeze({
    id: `${metadata.name}/${id}`,
    source,
    callers: callerMatches(callers) as readonly CallerMatch[],
    targets,
    of: of as Budget['of'],
    max,
    perMs: durationMs(per),
    over,
    ...(mode === 'observe' ? { observed: true as const } : {}),
  });
}
