import type { Rule } from '../../src/policy/rule.ts';

let count = 0;

/** A rule for everyone on every target, with the fields that a test gives. */
export function ruleOf(part: Partial<Rule>): Rule {
  return {
    id: `test/${++count}`,
    effect: 'allow',
    source: { file: 'test.yaml', line: 1 },
    reason: '',
    callers: [{}],
    targets: ['*'],
    verbs: [],
    apiGroups: [],
    resources: [],
    resourceNames: [],
    nonResourceURLs: [],
    powers: [],
    serviceAccounts: [],
    mountableSecrets: [],
    equivalents: true,
    amend: [],
    ...part,
  };
}

/** Allows whatever RBAC can name, and every power. */
export const ALLOW_ALL: Rule = ruleOf({
  id: 'test/all',
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  powers: [
    'exec',
    'attach',
    'portforward',
    'pods-proxy',
    'services-proxy',
    'nodes-proxy',
    'ephemeralcontainers',
    'binding',
    'finalize',
    'approval',
    'token',
    'escalate',
    'bind',
    'impersonate',
  ],
});
