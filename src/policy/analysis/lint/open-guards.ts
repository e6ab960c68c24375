/*
 * What rules give because an operator has opened a guard. A guard that is closed answers for itself; one that is open leaves the ways out that Kubernetes warns of to
 * the rules: each rule that reaches one is told.
 *
 * Source: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 */
import type { Guard } from '../../guards/guard.ts';
import type { Rule } from '../../rule.ts';
import { intersect } from '../box.ts';
import { guardParts } from '../guard-parts.ts';
import { partsOfRule } from '../rule-parts.ts';
import { type Catalog, spaceOf } from '../space.ts';
import { universe } from '../universe.ts';
import type { Advice } from './advice.ts';

/** The allows that reach what one of the guards would close. @throws {TooComplexError} */
export function* openGuards(rules: readonly Rule[], opened: readonly Guard[], catalog: Catalog): Generator<Advice> {
  if (opened.length === 0) return;
  const space = spaceOf(rules, catalog);
  const real = universe(space);
  const parts = guardParts(space, opened, { name: false, namespace: false });
  for (const rule of rules.filter(({ effect }) => effect === 'allow')) {
    const region = partsOfRule(space, rule).flatMap((part) => part.region);
    const own = intersect(region, real);
    for (const { id, reason, advice } of opened) {
      const closes = parts.filter((part) => part.rule === `guard ${id}`).flatMap((part) => part.region);
      if (intersect(own, closes).length === 0) continue;
      const fix = `narrow the rule, or close the guard${advice === '' ? '' : `: ${advice}`}`;
      yield { rule, code: 'open-guard', field: '', message: `the guard \`${id}\` is open: ${reason}`, fix };
    }
  }
}
