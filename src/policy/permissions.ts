import type { Caller } from '../model/caller.ts';
import type { Permission } from '../model/foresight.ts';
import { callerMatcher } from './caller-match.ts';
import { anyGlob } from './glob.ts';
import type { GrantedScope } from './grant-scope.ts';
import type { Rule } from './rule.ts';
import { partsOf, type RuleSet } from './rule-set.ts';
import { timeMatcher } from './time-match.ts';

/** Where and when permissions are asked for. */
export interface Place {
  readonly target: string;
  readonly namespace: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** The caller's live grants; absent: none. */
  readonly grants?: readonly GrantedScope[] | undefined;
}

/**
 * What allow rules, live grants, and the rules that are built in, permit the caller in a namespace and outside of any, as the rules are written: what denies, holds or
 * narrows them further is not taken out, so that each of them must be asked about with `foresee`.
 */
export function permissions(rules: RuleSet, caller: Caller, place: Place): readonly Permission[] {
  const { rules: all, healthPaths } = partsOf(rules);
  const own = all.filter(({ rule }) => rule.effect === 'allow' && speaksThere(rule, caller, place));
  return [
    ...SELF_REVIEWS,
    { ...NOTHING, rule: 'builtin:discovery', verbs: ['get', 'head'], nonResourceURLs: [...DISCOVERY, ...healthPaths] },
    ...own.map(({ rule: { id, verbs, apiGroups, resources, resourceNames, nonResourceURLs, powers } }) => {
      return { rule: id, verbs, apiGroups, resources, resourceNames, nonResourceURLs, powers };
    }),
    ...(place.grants ?? []).flatMap((granted) => permissionOf(granted, place)),
  ];
}

function permissionOf({ rule, scope }: GrantedScope, { target, namespace }: Place): readonly Permission[] {
  if (scope.target !== target || (scope.namespaces.length > 0 && !scope.namespaces.includes(namespace))) return [];
  const { verbs, apiGroups, resources, resourceNames } = scope;
  return [{ ...NOTHING, rule, verbs, apiGroups, resources, resourceNames }];
}

const NOTHING: Permission = {
  rule: '',
  verbs: [],
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceURLs: [],
  powers: [],
};

const SELF_REVIEWS: readonly Permission[] = [
  ['authorization.k8s.io', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'] as const,
  ['authentication.k8s.io', 'selfsubjectreviews'] as const,
].map(([group, ...resources]) => ({
  ...NOTHING,
  rule: 'builtin:self-review',
  verbs: ['create'],
  apiGroups: [group],
  resources,
}));

const DISCOVERY = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version', '/version/'];

function speaksThere(
  { callers, targets, times, namespaces }: Rule,
  caller: Caller,
  { target, namespace, nowMs }: Place,
): boolean {
  return (
    callerMatcher(callers)(caller) &&
    anyGlob(targets)(target) &&
    (times === undefined || timeMatcher(times)(nowMs)) &&
    (namespaces === undefined ||
      namespaces.some((match) => ('name' in match ? anyGlob([match.name])(namespace) : true)))
  );
}
