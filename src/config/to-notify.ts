import type { NotifyRule } from '../policy/notify-rule.ts';
import { deepFreeze } from '../std/deep-freeze.ts';
import type { PolicyDocument } from './policy-schema.ts';
import { callerMatches } from './to-rule.ts';

/** Who is told of what, as a document writes it. */
export function toNotify({ on, match = {}, to }: NonNullable<PolicyDocument['notify']>[number]): NotifyRule {
  const { callers, targets, namespaces } = match;
  return deepFreeze({
    on,
    ...(callers === undefined ? {} : { callers: callerMatches(callers) }),
    ...(targets === undefined ? {} : { targets }),
    ...(namespaces === undefined ? {} : { namespaces }),
    to,
  });
}
