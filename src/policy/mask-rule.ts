import type { CallerMatch, RuleSource } from './rule.ts';

/**
 * A mask as data, as the loader made it of a policy document. What says for whom and where (callers, targets, namespaces, apiGroups, resources) narrows; each of what says
 * which values (`at` to `pattern`) adds.
 */
export interface MaskRule {
  /** `<policy>/<mask>`, unique in a set. */
  readonly id: string;
  readonly source: RuleSource;
  /** Absent: everybody. */
  readonly callers?: readonly CallerMatch[];
  /** With `*` for any run of characters; absent: every target. */
  readonly targets?: readonly string[];
  /** With `*`; absent: every namespace, and what is in none. A list over all namespaces is in each. */
  readonly namespaces?: readonly string[];
  /** `*` is every group; absent: every group. */
  readonly apiGroups?: readonly string[];
  /** Each with all of its subresources, or one subresource; `*` is every resource; absent: every resource. */
  readonly resources?: readonly string[];
  /** Places, as `placePath` reads them. */
  readonly at: readonly string[];
  /** Keys, with `*`. */
  readonly annotations: readonly string[];
  readonly labels: readonly string[];
  /** Names of environment variables, with `*`. */
  readonly env: readonly string[];
  /** Keys of ConfigMaps, with `*`. */
  readonly keys: readonly string[];
  /** Built-in detectors. */
  readonly detect: readonly string[];
  /** A regular expression in RE2's syntax, whose matches are masked wherever they stand. */
  readonly pattern?: string;
  /** How far equal values have equal masks: along one field of one object, over one object, or over a target. */
  readonly compare: 'field' | 'object' | 'target';
  /** Whether it is remembered whom its masks were shown to. */
  readonly honeytoken: boolean;
}
