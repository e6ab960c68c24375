import { formatFinding } from '../../src/config/finding.ts';
import { parsePolicies } from '../../src/config/parse-policies.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Operation } from '../../src/model/operation.ts';
import { decide } from '../../src/policy/decide.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import type { Question } from '../../src/policy/question.ts';
import type { RuleSet } from '../../src/policy/rule-set.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';

/** The rules of one policy for everyone, without guards unless a test closes them. */
export function rulesOf(rules: string, unsafe = GUARD_IDS as ReadonlySet<GuardId>): RuleSet {
  const text = `apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\ncallers: [{ everyone: true }]\ntargets: [demo]\nrules:\n${rules}`;
  const parsed = parsePolicies([{ path: 'p.yaml', text }]);
  if ('findings' in parsed) throw new Error(parsed.findings.map(formatFinding).join('\n'));
  return compileRules(parsed.rules, { unsafe, healthPaths: ['/healthz'] });
}

/** What is decided of a request, written as `METHOD URI BODY`. */
export function ask(rules: RuleSet, request: string | Operation, part: Partial<Question> = {}): Decision {
  const operation = typeof request === 'string' ? read(request) : request;
  return decide(rules, { caller: callerOf(), operation, facts: {}, nowMs: 0, ...part });
}

/** The operation of a request that is written so. */
export function read(request: string): Operation {
  const [method = '', uri = '', ...body] = request.split(' ');
  return operationOf({ method, uri, ...(body.length > 0 ? { body: JSON.parse(body.join(' ')) } : {}) });
}

/** A decision in a word or two. */
export function outcome(decision: Decision): string {
  return decision.effect === 'deny' ? `${decision.by} ${decision.rule}`.trim() : `${decision.effect} ${decision.rule}`;
}

/** A rule that allows whatever a wildcard reaches. */
export const EVERYTHING = '  - { effect: allow, verbs: ["*"], apiGroups: ["*"], resources: ["*"] }';
/** The same, with more to follow. */
export const ALL = `${EVERYTHING}\n`;
export const NAMESPACE = '/api/v1/namespaces/shop';
