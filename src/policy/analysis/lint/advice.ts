import type { Rule } from '../../rule.ts';

/** Something about a rule that is allowed, and is mostly a mistake. */
export interface Advice {
  readonly rule: Rule;
  readonly code: AdviceCode;
  /** The key of the rule where it shows; empty for the whole rule. */
  readonly field: string;
  /** One lower-case sentence without a final stop: what is wrong. */
  readonly message: string;
  /** One: what to write instead. */
  readonly fix: string;
}

/** Every kind of advice, and what it is about, for the reference and for SARIF. */
export const ADVICE_CODES = {
  'wildcard-verbs': 'An allow names `*` for verbs.',
  'wildcard-resources': 'An allow names `*` for resources.',
  'wildcard-groups': 'An allow names `*` for API groups.',
  'every-namespace': 'An allow reaches every namespace, for kinds that are in namespaces.',
  'mixed-callers': 'A group is named without saying whether people or machines are meant.',
  everyone: 'An allow is for every authenticated caller.',
  'no-end': 'A power, or everything at once, is allowed without an end.',
  ended: 'The rule’s end is in the past.',
  'secret-contents': 'Secrets are shown: a list or watch shows all contents, whatever their names.',
  'open-exec': 'A command in a container is allowed without saying which.',
  'open-argv': 'The command that is allowed can run any other.',
  escape: 'A power is allowed that leads out of what the rule says.',
  'open-guard': 'An allow reaches what a built-in guard closes, which an operator has opened.',
  'add-on': 'An allow changes objects whose controller acts with powers of its own.',
  'masked-env': 'An allow changes the command or image of workloads, which then print what is masked in them.',
  'wide-unmask': 'A rule shows more values than it looks.',
  'budget-unanswered': 'A budget holds what is over it, and nobody holds the role that is asked.',
  'quiet-glass': 'Somebody can go through a hold alone, and nobody is told when they do.',
  'held-work': 'A hold would stop what was done all the time without a person (with `--journal`).',
  'dead-mask':
    'A mask is written so that it matches nothing: a kind, place or namespace that is not there, or a place at which a boolean stands.',
  'any-secret': 'Workloads are given any Secret of their namespaces.',
  guarded: 'A built-in guard denies what the rule allows, until an operator opens it.',
  'unknown-kind': 'Kubernetes has no such kind in these groups.',
  'no-wildcard': 'What looks like a wildcard is none in RBAC.',
  'dead-entry': 'An entry of the rule can match nothing.',
  'never-matches': 'The rule can match nothing.',
  shadowed: 'Whatever the rule speaks of is denied by others.',
} as const;

export type AdviceCode = keyof typeof ADVICE_CODES;
