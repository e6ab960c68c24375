import type { Decision } from '../../model/decision.ts';
import { asCreate, isCreateFree, unlessMissing } from '../as-create.ts';
import { decide } from '../decide.ts';
import { FACT_KINDS, type FactKind } from '../facts.ts';
import { factsNeeded, factsOpen } from '../facts-needed.ts';
import type { Question } from '../question.ts';
import { readings } from '../reading.ts';
import type { Effect, RuleSource } from '../rule.ts';
import { partsOf, type RuleSet } from '../rule-set.ts';
import { missingFacts, NO, YES } from '../truth.ts';
import { type Difference, differences } from './differences.ts';

/** A rule, as explanations name it. */
export interface NamedRule {
  readonly id: string;
  readonly effect: Effect;
  readonly source: RuleSource;
}

/** Why a question is answered as it is. */
export interface Explanation {
  readonly decision: Decision;
  /** Where the rule that decided was written; undefined for a guard, a built-in rule and silence. */
  readonly decidedBy: NamedRule | undefined;
  /** Rules that speak of the question too, and were not needed or were overruled. */
  readonly alsoMatch: readonly NamedRule[];
  /** Rules that hang on facts that are not known. */
  readonly undecided: readonly (NamedRule & { readonly missing: readonly FactKind[] })[];
  /** Rules that do not match, those with the fewest differences first. */
  readonly nearest: readonly (NamedRule & { readonly differences: readonly Difference[] })[];
  readonly facts: {
    /** What the rules asked for, and it is known. */
    readonly used: readonly FactKind[];
    /** What the answer hangs on and is not known: a gateway would look it up, and can then decide otherwise. */
    readonly unknown: readonly FactKind[];
  };
}

/**
 * The decision of the gateway, and what it hangs on. What would make its object where there is none is asked about as a create too, as the data path
 * does; where the object is not known to be there, it is taken not to be.
 *
 * @param nearestMax rules that do not match and are told at most
 */
export function explain(rules: RuleSet, question: Question, nearestMax: number): Explanation {
  const asked = explainOne(rules, question, nearestMax);
  const create = asked.decision.effect === 'deny' ? undefined : asCreate(question.operation);
  if (create === undefined) return asked;
  const created = explainOne(rules, { ...question, operation: create }, nearestMax);
  const { decision } = created;
  if (isCreateFree(decision)) return asked;
  const { existing } = question.facts;
  const facts = existing === undefined || existing === 'unknown' ? 'unknown' : 'used';
  const hanging: Explanation['facts'] = { ...asked.facts, [facts]: [...new Set([...asked.facts[facts], 'existing'])] };
  const told = unlessMissing(asked.decision, decision, existing);
  return told === asked.decision ? { ...asked, facts: hanging } : { ...created, decision: told, facts: hanging };
}

function explainOne(rules: RuleSet, question: Question, nearestMax: number): Explanation {
  const decision = decide(rules, question);
  const all = readings(question.operation, undefined, question.facts);
  const matching: NamedRule[] = [];
  const undecided: (NamedRule & { missing: readonly FactKind[] })[] = [];
  const others: (NamedRule & { differences: readonly Difference[] })[] = [];
  for (const { rule, test } of partsOf(rules).rules) {
    const { id, effect, source } = rule;
    const truth = test(question, all);
    if (truth === YES) matching.push({ id, effect, source });
    else if (truth === NO) others.push({ id, effect, source, differences: differences(rule, question) });
    else undecided.push({ id, effect, source, missing: missingFacts(truth) });
  }
  const needed = factsNeeded(rules, question.caller, question.operation, question.nowMs);
  return {
    decision,
    decidedBy: [...matching, ...undecided].find(({ id }) => id === decision.rule),
    alsoMatch: matching.filter(({ id }) => id !== decision.rule),
    undecided: undecided.filter(({ id }) => id !== decision.rule),
    nearest: others
      .sort((a, b) => distance(decision, a) - distance(decision, b) || (a.id < b.id ? -1 : 1))
      .slice(0, nearestMax),
    facts: {
      used: FACT_KINDS.filter((kind) => isKnown(question, kind) && needed.includes(kind)),
      unknown: factsOpen(rules, question),
    },
  };
}

function isKnown({ facts }: Question, kind: FactKind): boolean {
  return facts[kind] !== undefined && facts[kind] !== 'unknown';
}

/**
 * A rule for somebody else, or of something else altogether, is further away than any condition; and where no rule spoke, one that would have
 * denied is of less use than one that would have allowed.
 */
function distance(
  decision: Decision,
  rule: { readonly effect: Effect; readonly differences: readonly Difference[] },
): number {
  const isSilence = decision.effect === 'deny' && decision.by === 'silence';
  const isFar = (field: string) => field.startsWith('callers') || field === 'resources' || field === 'apiGroups';
  const fields = rule.differences.reduce((sum, { field }) => sum + (isFar(field) ? 3 : 2), 0);
  return fields + (isSilence && rule.effect === 'deny' ? 4 : 0);
}
