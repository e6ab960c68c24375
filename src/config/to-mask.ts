import type { MaskRule } from '../policy/mask-rule.ts';
import type { RuleSource } from '../policy/rule.ts';
import { deepFreeze } from '../std/deep-freeze.ts';
import type { PolicyDocument } from './policy-schema.ts';
import { callerMatches } from './to-rule.ts';

/** The mask that a document writes. */
export function toMask(
  policy: PolicyDocument,
  {
    callers,
    targets,
    namespaces,
    apiGroups,
    resources,
    pattern,
    ...mask
  }: NonNullable<PolicyDocument['masks']>[number],
  index: number,
  source: RuleSource,
): MaskRule {
  return deepFreeze({
    id: `${policy.metadata.name}/${mask.id ?? `mask-${index + 1}`}`,
    source,
    ...(callers === undefined ? {} : { callers: callerMatches(callers) }),
    ...(targets === undefined ? {} : { targets }),
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(apiGroups === undefined ? {} : { apiGroups }),
    ...(resources === undefined ? {} : { resources }),
    at: mask.at ?? [],
    annotations: mask.annotations ?? [],
    labels: mask.labels ?? [],
    env: mask.env ?? [],
    keys: mask.keys ?? [],
    detect: mask.detect ?? [],
    ...(pattern === undefined ? {} : { pattern }),
    compare: mask.compare,
    honeytoken: mask.honeytoken,
  });
}
