import type { Finding } from '../../config/finding.ts';
import { parsePolicies } from '../../config/parse-policies.ts';
import type { PolicyFile } from '../../config/policy-load.ts';
import { lintBudgets } from '../../policy/analysis/lint/budgets.ts';
import { lintGlass } from '../../policy/analysis/lint/glass.ts';
import { lint } from '../../policy/analysis/lint/lint.ts';
import { lintMasks } from '../../policy/analysis/lint/masks.ts';
import type { Catalog } from '../../policy/analysis/space.ts';
import type { GuardId } from '../../policy/guards/guard.ts';
import { GUARDS } from '../../policy/guards/table.ts';
import { analysed } from './catalog.ts';
import { ruleLocator } from './locate-rules.ts';

/** A finding of a policy, and what to write instead. */
export interface PolicyFinding extends Finding {
  /** `invalid` for what the gateway would not load, else the kind of advice. */
  readonly code: string;
  /** One lower-case sentence; empty where the message says it. */
  readonly fix: string;
  /** The id of the rule; empty where it is not of one rule. */
  readonly rule: string;
}

/** What is wrong with policies: the mistakes for which the gateway would not load them, or, where there are none, what is mostly a mistake. */
export function checkPolicies(
  files: readonly PolicyFile[],
  opened: ReadonlySet<GuardId>,
  catalog: Catalog,
  nowMs: number,
): readonly PolicyFinding[] {
  const parsed = parsePolicies(files);
  if ('findings' in parsed) return parsed.findings.map(invalid);
  const guards = GUARDS.filter(({ id }) => !opened.has(id));
  const locate = ruleLocator(files);
  const found = analysed(() => [
    ...lint(parsed.rules, guards, catalog, nowMs),
    ...lintGlass(parsed.rules, parsed.notify),
  ]).map(
    ({ rule, code, field, message, fix }): PolicyFinding => ({
      ...locate(rule.id, field),
      severity: 'warning',
      code,
      message,
      fix,
      rule: rule.id,
    }),
  );
  const ofMasks = lintMasks(parsed.masks, catalog).map(
    ({ mask: { id, source }, message, fix }): PolicyFinding => ({
      file: source.file,
      line: source.line,
      column: 1,
      path: '',
      severity: 'warning',
      code: 'dead-mask',
      message,
      fix,
      rule: id,
    }),
  );
  const ofBudgets = lintBudgets(parsed.budgets, parsed.roles).map(
    ({ budget: { id, source }, message, fix }): PolicyFinding => ({
      file: source.file,
      line: source.line,
      column: 1,
      path: '',
      severity: 'warning',
      code: 'budget-unanswered',
      message,
      fix,
      rule: id,
    }),
  );
  // What a policy says once for all of its rules is told once.
  const told = new Map(
    [...found, ...ofMasks, ...ofBudgets]
      .toReversed()
      .map((each) => [`${each.file}:${each.line}:${each.message}`, each]),
  );
  return [...told.values()].sort(byPlace);
}

function byPlace(a: PolicyFinding, b: PolicyFinding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1);
}

/** A finding for which nothing is loaded. */
export function invalid(finding: Finding): PolicyFinding {
  return { ...finding, code: 'invalid', fix: '', rule: '' };
}
