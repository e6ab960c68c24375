import { powerOf } from '../../src/connectors/kubernetes/powers.ts';
import type { Decision } from '../../src/model/decision.ts';
import { decide } from '../../src/policy/decide.ts';
import type { Facts } from '../../src/policy/facts.ts';
import type { GuardExample } from '../../src/policy/guards/guard.ts';
import type { RuleSet } from '../../src/policy/rule-set.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { ALLOW_ALL } from '../support/rule.ts';

export const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';
export const JSON_PATCH = 'application/json-patch+json';

/** Everything is allowed, and every guard is closed. */
export const ALL_CLOSED = compileRules([ALLOW_ALL], { unsafe: new Set() });

/** What is decided of a guard's example. */
export function ask(rules: RuleSet, example: GuardExample, facts: Facts = {}): Decision {
  const { podDangers, verb, caller = 'autonomous', ...request } = example;
  const read = operationOf(request);
  const operation = verb === undefined ? read : { ...read, verb, power: powerOf({ ...read, verb }) };
  const pod = { labels: {}, dangers: podDangers ?? [] };
  return decide(rules, { caller: callerOf({ kind: caller }), operation, facts: { pod, ...facts }, nowMs: 0 });
}

/** A decision in two words. */
export function outcome(decision: Decision): string {
  return decision.effect === 'deny' ? `${decision.by} ${decision.rule}` : decision.effect;
}

/** A workload, as far as its pods. */
export function template(spec: object, metadata?: object): object {
  return { spec: { template: { ...(metadata === undefined ? {} : { metadata }), spec } } };
}
