/*
 * Policy that is tried before it is enforced. Two sets are made of the same rules once, so that a request costs nothing where nothing is observed: the set that decides, without
 * the rules that are only observed, and the whole set, as if they were enforced too.
 */
import { UNLISTED_GROUPS } from '../model/unlisted-groups.ts';
import type { Rule } from './rule.ts';
import { partsOf, type RuleSet } from './rule-set.ts';

/** The same rules as if those that are only observed were enforced; undefined where none is. */
export function wholeOf(rules: RuleSet): RuleSet | undefined {
  return partsOf(rules).whole;
}

const NOTHING = {
  effect: 'allow',
  source: { file: '', line: 0 },
  reason: '',
  callers: [{}],
  targets: ['*'],
  verbs: ['*'],
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceURLs: [],
  powers: [],
  serviceAccounts: [],
  mountableSecrets: [],
  equivalents: true,
  amend: [],
} as const satisfies Omit<Rule, 'id'>;

/**
 * What a target is held to whose policy is only observed: nothing but guards, built-in rules and the scope of tokens. What no wildcard reaches is named; the server's own insides
 * (`/debug`, `/logs`) stay closed.
 */
export const OPEN_RULES: readonly Rule[] = [
  {
    ...NOTHING,
    id: 'unsafe.observe',
    apiGroups: ['*', ...UNLISTED_GROUPS.keys()],
    resources: ['*', 'secrets'],
    powers: [
      'exec', 'attach', 'portforward', 'pods-proxy', 'services-proxy', 'nodes-proxy', 'ephemeralcontainers', 'binding', 'finalize', 'approval', 'token',
      'escalate', 'bind', 'impersonate',
    ], // biome-ignore format: a list
  },
  { ...NOTHING, id: 'unsafe.observe/paths', nonResourceURLs: ['*'] },
];
