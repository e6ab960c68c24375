import type { RetentionRule } from '../policy/retention-rule.ts';
import { deepFreeze } from '../std/deep-freeze.ts';
import { durationMs } from '../std/duration.ts';
import type { PolicyDocument } from './policy-schema.ts';
import { callerMatches } from './to-rule.ts';

/** How long recordings are kept, as a document writes it. */
export function toRetention(
  { metadata }: Pick<PolicyDocument, 'metadata'>,
  rule: NonNullable<PolicyDocument['retention']>[number],
  index: number,
): RetentionRule {
  const { match, keepFor, keepBytesMax } = rule;
  const { callers, from, until, ...others } = match;
  const narrowing = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  return deepFreeze({
    id: `${metadata.name}/${rule.id ?? `retention-${index + 1}`}`,
    ...(callers === undefined ? {} : { callers: callerMatches(callers) }),
    ...narrowing,
    ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
    ...(until === undefined ? {} : { untilMs: Date.parse(until) }),
    of: rule.of,
    ...(keepFor === undefined ? {} : { keepForMs: durationMs(keepFor) }),
    ...(keepBytesMax === undefined ? {} : { keepBytesMax }),
    mayGoEarly: rule.mayGoEarly,
    legalHold: rule.legalHold,
    ...(rule.place === undefined ? {} : { place: rule.place }),
  });
}
