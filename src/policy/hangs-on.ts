import type { Decision } from '../model/decision.ts';
import type { JsonObject } from '../model/operation.ts';
import { decide } from './decide.ts';
import type { Fact, Facts } from './facts.ts';
import type { Question } from './question.ts';
import type { RuleSet } from './rule-set.ts';

/**
 * The states of the operation's object that an allow hangs on: without knowing them, policy would not have answered so. The live object as it was looked up
 * (null: there was none), the pod that a power is used on, and the object as it would be stored; none where the allow stands without any.
 *
 * What was looked up for a rule that another one made needless is not among them, so that nothing is held to more than it must be.
 */
export function hangsOn(rules: RuleSet, question: Question, decision: Decision): readonly (JsonObject | null)[] {
  const states: (JsonObject | null)[] = [];
  if (decision.effect !== 'allow') return states;
  let { facts } = question;
  for (const kind of ['existing', 'pod', 'result'] as const) {
    const state = stateOf(kind, facts);
    if (state === undefined || state === 'unknown') continue;
    const { [kind]: _, ...others } = facts;
    if (permitsAlike(decide(rules, { ...question, facts: others }), decision)) facts = others;
    else states.push(state);
  }
  return states;
}

/** The object that a fact was had from. */
function stateOf(kind: 'existing' | 'pod' | 'result', facts: Facts): Fact<JsonObject | null> | undefined {
  if (kind !== 'pod') return facts[kind];
  return facts.pod === null || facts.pod === 'unknown' ? facts.pod : facts.podState;
}

function permitsAlike(a: Decision, b: Decision): boolean {
  const permitted = (decision: Decision) =>
    decision.effect === 'allow' ? JSON.stringify([decision.amend, decision.ports]) : '';
  return a.effect === 'allow' && permitted(a) === permitted(b);
}
