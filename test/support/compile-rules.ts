import { compileCel } from '../../src/policy/cel/compile.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { type CompileOptions, compileRules as compileRulesWith, type RuleSet } from '../../src/policy/rule-set.ts';

/** The rules as a set that `decide` takes, conditions in CEL included. */
export function compileRules(rules: readonly Rule[], options: CompileOptions): RuleSet {
  return compileRulesWith(rules, options, compileCel);
}
