import type { Guard } from '../../guards/guard.ts';
import { GUARDS } from '../../guards/table.ts';
import type { Rule } from '../../rule.ts';
import type { Catalog } from '../space.ts';
import { addOns } from './add-ons.ts';
import type { Advice } from './advice.ts';
import { breadth } from './breadth.ts';
import { kinds } from './kinds.ts';
import { openGuards } from './open-guards.ts';
import { powers } from './powers.ts';
import { reach } from './reach.ts';
import { shown } from './shown.ts';

/**
 * What is mostly a mistake in rules that are valid, at an instant in milliseconds since 1970.
 *
 * @param guards those that are closed
 * @throws {TooComplexError}
 */
export function lint(
  rules: readonly Rule[],
  guards: readonly Guard[],
  catalog: Catalog,
  nowMs: number,
): readonly Advice[] {
  const own = rules.flatMap((rule) => [
    ...breadth(rule, catalog),
    ...powers(rule, catalog.powerOf),
    ...kinds(rule, catalog),
    ...addOns(rule),
    ...shown(rule),
    ...ended(rule, nowMs),
  ]);
  const misspelt = new Set(
    own.filter(({ code }) => code === 'unknown-kind' || code === 'no-wildcard').map(({ rule }) => rule),
  );
  // Why a misspelt rule matches nothing has been said.
  const isSaid = ({ rule, code }: Advice) => misspelt.has(rule) && (code === 'never-matches' || code === 'dead-entry');
  const opened = GUARDS.filter(({ id }) => guards.every((guard) => guard.id !== id));
  own.push(...openGuards(rules, opened, catalog));
  return [
    ...own,
    ...[
      ...reach(
        rules.filter(({ observed }) => observed !== true),
        guards,
        catalog,
      ),
    ].filter((advice) => !isSaid(advice)),
  ];
}

function* ended(rule: Rule, nowMs: number): Generator<Advice> {
  const endsAt = rule.times?.endsAt;
  if (endsAt === undefined || endsAt > nowMs) return;
  const message = `the rule ended at ${new Date(endsAt).toISOString()}`;
  yield { rule, code: 'ended', field: 'times', message, fix: 'leave it out, or set a new end' };
}
