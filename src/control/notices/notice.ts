import type { Risk } from '../../model/shown.ts';

/** What people can be told of; the words of `notify[].on`. */
export const NOTICE_KINDS = [
  'approval.asked',
  'approval.ended',
  'approval.escalated',
  'budget.tripped',
  'copy.refused',
  'delegation.changed',
  'glass.broken',
  'grant.changed',
  'guard.opened',
  'key.changed',
  'kill.changed',
  'mask.guessed',
  'mask.opened',
  'mask.returned',
  'target.changed',
] as const;

export type NoticeKind = (typeof NOTICE_KINDS)[number];

/**
 * What people are told, in words that hold no secret value: facts, and what callers chose with masks in it. Where it stands is in the console, behind a login:
 * `path` leads there.
 */
export interface Notice {
  /** The same at each try: whoever is told twice can tell. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly at: number;
  /** One sentence. */
  readonly title: string;
  readonly facts: readonly string[];
  readonly risk: Risk;
  /** What it is about: all notices of one question have the same. */
  readonly about: string;
  /** Nobody has to do anything more about it. */
  readonly isOver: boolean;
  /** No other notice about the same comes. */
  readonly isLast: boolean;
  /** Behind the console's address; empty: there is nothing to look at. */
  readonly path: string;
  /** Where it may be answered by what tells of it, and the digest of what it shows. */
  readonly answer?: { readonly from: readonly string[]; readonly digest: string };
  /** Empty: none, or every one. */
  readonly target: string;
  readonly namespace: string;
  /** Where it is about several of them: each. */
  readonly places?: { readonly targets: readonly string[]; readonly namespaces: readonly string[] };
  readonly caller?: {
    readonly subject: string;
    readonly issuer: string;
    readonly groups: readonly string[];
    readonly kind: 'autonomous' | 'person';
  };
}
