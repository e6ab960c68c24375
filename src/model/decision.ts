import type { Amendment } from './amendment.ts';
import type { Holding } from './hold-terms.ts';
import type { Observed } from './observed.ts';
import type { Offered } from './offered.ts';
import type { RecordTerms } from './record-terms.ts';
import type { StreamTerms } from './stream-terms.ts';

/** What policy answers. Strength: deny > hold > allow > silence, which denies. */
export type Decision = AllowDecision | DenyDecision | HoldDecision;

export interface AllowDecision {
  readonly effect: 'allow';
  /** The id of the rule that allowed. */
  readonly rule: string;
  /** Edits to the request, in order; the amended request is judged again. Absent: none. */
  readonly amend?: readonly Amendment[];
  /** Which ports a port-forward may open that names them inside its stream; the connector holds it to them. Absent: any. */
  readonly ports?: PortLimit;
  /** Whether control sequences and hidden characters in output are shown instead of done. Absent: where the caller is a program. */
  readonly neutralise?: boolean;
  /** What the rules that allow say is kept of what passes. Absent: as by default. */
  readonly record?: RecordTerms;
  /** How long the rules that allow let it live and be silent, where it is a stream. Absent: no bound but the token's. */
  readonly stream?: StreamTerms;
  /** Places whose values the rules that allow show, as they are written. Absent: none. */
  readonly unmask?: readonly string[];
  /** The grant by which a request rule allows; absent where a standing rule does. */
  readonly grant?: string;
  /** The question that persons have answered with yes; absent where no rule holds it. */
  readonly approval?: string;
  /** The target's policy is only observed: what it would have answered. Absent: policy itself allows. */
  readonly observed?: Observed;
  readonly notes?: readonly DecisionNote[];
}

/** Ports in ascending order: no others, or all others. */
export type PortLimit = { readonly allowed: readonly number[] } | { readonly denied: readonly number[] };

export interface DenyDecision {
  readonly effect: 'deny';
  /** `rule` a deny rule, `guard` a built-in one, `silence` no rule spoke, `incomplete` a fact that a rule needs is unknown. */
  readonly by: 'rule' | 'guard' | 'silence' | 'incomplete';
  /** The id of the rule or guard; empty for silence. */
  readonly rule: string;
  /** Why, in one sentence for the caller, without a final stop. */
  readonly reason: string;
  /** What the caller can do, in one sentence; empty where there is nothing. */
  readonly advice: string;
  /** What could be asked for instead; absent where no request rule offers it. */
  readonly offered?: Offered;
  readonly notes?: readonly DecisionNote[];
}

/** Persons decide. Their yes is a yes by itself, of every rule that holds it: no allow stands beside it. */
export interface HoldDecision {
  readonly effect: 'hold';
  /** The first of `holds`. */
  readonly rule: string;
  readonly reason: string;
  /** Every rule that holds it; each of them must be satisfied. */
  readonly holds: readonly Holding[];
  /** Guards that would stop it, and that the yes lifts for this very request. Absent: none. */
  readonly lifts?: readonly string[];
  /** What the rules that hold say is kept; absent: as by default. */
  readonly record?: RecordTerms;
  /** What policy allowed and a budget stopped: with a yes it is done as that says. Absent: the yes is all that allows it. */
  readonly allowed?: AllowDecision;
  /** As of an allow, for after the yes. */
  readonly ports?: PortLimit;
  readonly notes?: readonly DecisionNote[];
}

/** A rule that could not be evaluated whole, for metric and journal; absent where every rule could. */
export interface DecisionNote {
  /** The id of the rule or guard. */
  readonly rule: string;
  /** `condition` its CEL broke off with an error; `fact` what it needs could not be looked up. */
  readonly kind: 'condition' | 'fact';
  /** For us: never shown to the caller. */
  readonly detail: string;
}
