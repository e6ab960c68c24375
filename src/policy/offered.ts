/*
 * What a caller that no rule allows could ask for: the request rule that speaks of just this, and the smallest scope that takes it in.
 *
 * Security: from the rules and what the caller itself sent alone. Facts are left out, whether they were looked up or not: a suggestion that hung on the live
 * object would tell of an object that the caller may not see (T52). So a rule is offered that may hang on one, which is looked at when the grant is used.
 */
import type { GrantScope } from '../model/grant-scope.ts';
import type { Offered } from '../model/offered.ts';
import type { Operation } from '../model/operation.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { type Evaluation, evaluate, type Spoken } from './evaluate.ts';
import { isWithin } from './grant-scope.ts';
import { offers } from './offer.ts';
import type { Question } from './question.ts';
import { isCreatePower } from './rbac.ts';
import type { RuleSetParts } from './rule-set.ts';
import { BROKEN, YES } from './truth.ts';

/** The smallest grant that would allow the operation, by the first rule that is sure of it, else by the first that may hang on a fact; undefined where no rule offers one. */
export function offeredFor(parts: RuleSetParts, question: Question, spoken: Evaluation): Offered | undefined {
  const scope = smallestScope(question.operation);
  if (scope === undefined) return undefined;
  const found = withoutFacts(parts, question, spoken).filter(
    ({ by, truth }) => (truth & BROKEN) === 0 && offers(by.rule, scope),
  );
  const rule = (found.find(({ truth }) => truth === YES) ?? found[0])?.by.rule;
  if (rule?.request === undefined) return undefined;
  const { forMaxMs, approval } = rule.request;
  return { rule: rule.id, reason: rule.reason, scope, forMaxMs, isAsked: approval !== 'none' };
}

function withoutFacts(parts: RuleSetParts, question: Question, spoken: Evaluation): readonly Spoken<CompiledRule>[] {
  for (const _ in question.facts) return evaluate(parts, { ...question, facts: {} }).request;
  return spoken.request;
}

/** One verb, resource, name and namespace; undefined where no grant takes the operation in, as of paths that are no resources. */
function smallestScope(operation: Operation): GrantScope | undefined {
  const { target, verb, apiGroup, resource, subresource, name, namespace, power } = operation;
  const scope = {
    target,
    verbs: [isCreatePower(power) ? 'create' : verb],
    apiGroups: [apiGroup],
    resources: [subresource === '' ? resource : `${resource}/${subresource}`],
    resourceNames: name === '' ? [] : [name],
    namespaces: namespace === '' ? [] : [namespace],
  };
  return isWithin(scope, operation) ? scope : undefined;
}
