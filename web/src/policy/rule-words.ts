import type { RuleView } from '../../../src/control/policy-contract.ts';

/** All that a rule says, in small letters, to be searched in. */
export function ruleWords(rule: RuleView): string {
  const { file: _, line: __, uses, lastAt: ___, ...said } = rule;
  return [...Object.values(said).flat().map(String), uses === 0 ? 'never used' : ''].join(' ').toLowerCase();
}
