/*
 * A rule as data, as the loader made it of a policy document: nothing here is compiled, so that rules can be compared, printed, replayed.
 *
 * Every field narrows: a rule speaks of an operation only when all that it states holds. What it does not state, it does not narrow. Lists are
 * any-of. A condition on a stream (argv, ports, tty …) is a condition like any other: a rule that has one is silent on everything else.
 */

import type { Amendment } from '../model/amendment.ts';
import type { Caller } from '../model/caller.ts';
import type { Approver, HoldTerms } from '../model/hold-terms.ts';
import type { Power } from '../model/operation.ts';
import type { RecordTerms } from '../model/record-terms.ts';
import type { StreamTerms } from '../model/stream-terms.ts';

/** Strength: deny > hold > allow; `request` decides nothing, it lets a caller be told that access can be asked for. */
export type Effect = 'deny' | 'hold' | 'allow' | 'request';

export interface Rule {
  /** `<policy>/<rule>`, unique in a set. */
  readonly id: string;
  readonly effect: Effect;
  readonly source: RuleSource;
  /** What the caller is told of a deny, hold or request, one sentence without a final stop; empty for none. */
  readonly reason: string;
  /** On a deny or hold: it decides nothing, and what it would have decided is recorded. Absent: it is enforced. */
  readonly observed?: true;
  /** Any of these; none means nobody. */
  readonly callers: readonly CallerMatch[];
  /** Names of targets, with `*` for any run of characters; none means no target. */
  readonly targets: readonly string[];

  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
  /** Powers that the rule names beside `resources`; see `rbac.ts`. */
  readonly powers: readonly Power[];
  /** Absent: every namespace, and what is in none. */
  readonly namespaces?: readonly NamespaceMatch[];

  readonly query?: QueryMatch;
  /** Absent: always. */
  readonly times?: TimeMatch;
  readonly exec?: ExecMatch;
  readonly log?: LogMatch;
  readonly portForward?: PortForwardMatch;
  readonly proxy?: ProxyMatch;
  /** A condition in CEL. */
  readonly when?: string;

  /** On an allow: service accounts beside `default` that a workload may run as, with `*` for any run of characters. */
  readonly serviceAccounts: readonly string[];
  /** On an allow or hold: Secrets that a workload may be given, with `*` for any run of characters. */
  readonly mountableSecrets: readonly string[];
  /** On an allow or hold: whether Helm works under it, so that it writes the records of releases. Absent: false. */
  readonly helm?: true;
  /** On a deny or hold of `delete` or `exec`: whether what amounts to the same is covered too. */
  readonly equivalents: boolean;
  /** On an allow: edits to the request. */
  readonly amend: readonly Amendment[];
  /** On an allow: whether control sequences and hidden characters in output are shown instead of done. Absent: where the caller is a program. */
  readonly neutralise?: boolean;
  /** On an allow, hold or request: what is kept of what passes. Absent: as by default. */
  readonly record?: RecordTerms;
  /** On an allow or request: how long a stream may live and be silent. Absent: no bound. */
  readonly stream?: StreamTerms;
  /** On an allow or request: places whose values are shown where it permits, as `placePath` reads them. Absent: none. */
  readonly unmask?: readonly string[];
  /** On a hold: who is asked, and what their yes is good for. */
  readonly hold?: HoldTerms;
  /** On a request: what may be asked for. */
  readonly request?: RequestTerms;
}

/** The terms on which a rule can be asked for as a grant. */
export interface RequestTerms {
  /** The longest that a grant lasts, from the yes. */
  readonly forMaxMs: number;
  /** The most requests that one grant allows; absent: no bound. */
  readonly usesMax?: number;
  /** A grant that is not used for so long ends; absent: no bound. */
  readonly idleMaxMs?: number;
  /** Live grants of this rule that one caller may have. */
  readonly livePerCallerMax: number;
  /** `run`: only the run whose token asked uses the grant. */
  readonly bindTo: 'caller' | 'run';
  /** Whether persons have to say yes: who, how many, and for how long the question is open. */
  readonly approval: 'none' | GrantApproval;
}

/** Who is asked before a grant is given. */
export interface GrantApproval {
  readonly approvers: readonly Approver[];
  readonly quorum: number;
  readonly waitMaxMs: number;
  readonly signed?: 'files' | 'enrolled';
  readonly freshMs?: number;
}

/** Where a rule was written, to be named by warnings and explanations. */
export interface RuleSource {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Conditions on the caller, all of which hold; `{}` is everyone. */
export interface CallerMatch {
  /** With `*` for any run of characters. */
  readonly subjects?: readonly string[];
  /** Exact names, any of which the caller is in. */
  readonly groups?: readonly string[];
  readonly issuers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly kind?: Caller['kind'];
}

/** A namespace by name, with `*` for any run of characters, or by its labels. */
export type NamespaceMatch = { readonly name: string } | { readonly selector: LabelSelector };

/** Kubernetes' own label selector. Source: `LabelSelector` in k8s.io/apimachinery/pkg/apis/meta/v1 */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelExpression[];
}

export interface LabelExpression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** Conditions on the options of a write, from query and `DeleteOptions` together. */
export interface QueryMatch {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  /** `Background`, `Foreground`, `Orphan`; a write that gives none matches `none`. */
  readonly propagation?: readonly string[];
}

/** When a rule speaks. */
export interface TimeMatch {
  /** Milliseconds since 1970, inclusive. */
  readonly startsAt?: number;
  /** Milliseconds since 1970, exclusive. */
  readonly endsAt?: number;
  /** Any of these; absent: at any hour. */
  readonly windows?: readonly TimeWindow[];
}

/** Hours of a week on the clock of a time zone, daylight saving included. */
export interface TimeWindow {
  /** 0 Sunday to 6 Saturday, the day on which the window opens. */
  readonly days: readonly number[];
  /** Minutes since midnight, inclusive. */
  readonly fromMinute: number;
  /** Minutes since midnight, exclusive; not after `fromMinute` means on the day after. */
  readonly toMinute: number;
  /** A name of the IANA data base. */
  readonly timeZone: string;
}

/** Conditions on exec and attach. */
export interface ExecMatch {
  /** Any of these; absent: any command. An attach has no command and matches none. */
  readonly argv?: readonly ArgvMatch[];
  /** Names, with `*`. An exec that names no container matches none of an allow, and any of a deny. */
  readonly containers?: readonly string[];
  readonly tty?: boolean;
  readonly stdin?: boolean;
}

/** A whole command line, its beginning, or one glob for each argument (a last `**` is any further arguments). */
export type ArgvMatch =
  | { readonly exact: readonly string[] }
  | { readonly prefix: readonly string[] }
  | { readonly globs: readonly string[] };

/** Conditions on reading a log. */
export interface LogMatch {
  readonly containers?: readonly string[];
}

/** Conditions on a port-forward. */
export interface PortForwardMatch {
  readonly ports?: readonly number[];
  readonly podLabels?: LabelSelector;
  /** Names of services that the pod stands behind. */
  readonly services?: readonly string[];
}

/** Conditions on the three proxies. */
export interface ProxyMatch {
  /** Paths behind `proxy`, with `*` for any run of characters. */
  readonly paths?: readonly string[];
}
