/*
 * What a rule reaches at all: entries that match nothing, rules that match nothing, and rules of which nothing is left when what denies has been taken
 * out. All of it is exact over the space of the rules; what a condition in CEL or the clock makes of it is not asked.
 */
import type { Guard } from '../../guards/guard.ts';
import type { Rule } from '../../rule.ts';
import { intersect, type Region, subtract } from '../box.ts';
import { describeWhats } from '../describe-whats.ts';
import { guardParts } from '../guard-parts.ts';
import { type Part, partsOfRule } from '../rule-parts.ts';
import { type Catalog, type Space, spaceOf } from '../space.ts';
import { universe } from '../universe.ts';
import type { Advice } from './advice.ts';

/** What all rules together say of each. @throws {TooComplexError} */
export function* reach(rules: readonly Rule[], guards: readonly Guard[], catalog: Catalog): Generator<Advice> {
  const space = spaceOf(rules, catalog);
  const real = universe(space);
  const closed = guardParts(space, guards).filter(isSure);
  const denied = rules
    .filter(({ effect }) => effect === 'deny')
    .flatMap((rule) => partsOfRule(space, rule))
    .filter(isSure);
  for (const rule of rules) {
    const own = intersect(
      partsOfRule(space, rule).flatMap(({ region }) => region),
      real,
    );
    if (own.length === 0) yield neverMatches(rule);
    else {
      yield* deadEntries(rule, space, real);
      if (rule.effect !== 'deny') yield* shadow(rule, own, denied, closed, space);
    }
  }
}

function isSure({ conditions }: Part): boolean {
  return conditions.length === 0;
}

function neverMatches(rule: Rule): Advice {
  const [field, message, fix] = whyNever(rule);
  return { rule, code: 'never-matches', field, message, fix };
}

function whyNever(rule: Rule): readonly [field: string, message: string, fix: string] {
  if (rule.resourceNames.length > 0 && rule.verbs.every((verb) => verb === 'create'))
    return [
      'resourceNames',
      'a `create` has no name in its request, so a rule with `resourceNames` never matches it',
      'leave `resourceNames` out',
    ];
  if (rule.namespaces !== undefined && rule.powers.length === 0)
    return ['namespaces', 'none of these kinds is in a namespace', 'leave `namespaces` out'];
  return [
    '',
    'nothing that can be asked for matches all of this rule',
    'leave it out, or check its fields against each other',
  ];
}

/** Entries of one field without which the rule would match the same. */
function* deadEntries(rule: Rule, space: Space, real: Region): Generator<Advice> {
  for (const field of ['verbs', 'resources'] as const) {
    for (const entry of rule[field]) {
      const alone = { ...rule, powers: [], [field]: [entry] };
      const left = intersect(
        partsOfRule(space, alone).flatMap(({ region }) => region),
        real,
      );
      if (left.length > 0 || rule[field].length === 1) continue;
      yield {
        rule,
        code: 'dead-entry',
        field,
        message: `\`${entry}\` matches nothing beside the rest of this rule`,
        fix: deadFix(rule, field, entry),
      };
    }
  }
}

function deadFix({ resourceNames }: Rule, field: string, entry: string): string {
  if (field === 'verbs' && entry === 'create' && resourceNames.length > 0)
    return 'make `create` a rule of its own, without `resourceNames`';
  return 'leave it out';
}

function* shadow(
  rule: Rule,
  own: Region,
  denied: readonly Part[],
  closed: readonly Part[],
  space: Space,
): Generator<Advice> {
  const left = subtract(
    own,
    denied.flatMap(({ region }) => region),
    space.full,
  );
  if (left.length === 0) {
    const by = [
      ...new Set(denied.filter(({ region }) => intersect(region, own).length > 0).map((part) => `\`${part.rule}\``)),
    ].join(', ');
    yield {
      rule,
      code: 'shadowed',
      field: '',
      message: `all of this is denied by ${by}`,
      fix: 'leave the rule out, or narrow the deny',
    };
    return;
  }
  const guard = guardedBy(rule, left, closed, space);
  if (guard !== undefined) yield guard;
}

/** The operations of the rule that guards leave nothing of; a wildcard that meets a guard is told only where nothing is left of the rule. */
function guardedBy(rule: Rule, left: Region, closed: readonly Part[], space: Space): Advice | undefined {
  const stops = closed.filter(({ region }) => intersect(region, left).length > 0);
  const guarded = stops.flatMap(({ region }) => region);
  const isAll = subtract(left, guarded, space.full).length === 0;
  if (stops.length === 0 || (!isAll && rule.resources.some((entry) => entry.startsWith('*')))) return undefined;
  const whats = left.reduce((set, each) => set | (each.get('what') ?? space.full('what')), 0n);
  let stopped = 0n;
  for (let bit = 1n; bit <= whats; bit <<= 1n) {
    const one = (whats & bit) === 0n ? [] : intersect(left, [new Map([['what', bit]])]);
    if (one.length > 0 && subtract(one, guarded, space.full).length === 0) stopped |= bit;
  }
  if (stopped === 0n) return undefined;
  const within = [new Map([['what', stopped]])];
  const ids = stops
    .filter(({ region }) => intersect(region, within).length > 0)
    .map((part) => part.rule.replace('guard ', ''));
  const guards = [...new Set(ids)].map((id) => `\`${id}\``).join(', ');
  return {
    rule,
    code: 'guarded',
    field: '',
    message: `${isAll ? 'all of this' : describeWhats(space, stopped)} is denied by the built-in guard ${guards}`,
    fix: 'leave it out; an operator can open a guard under `unsafe.openGuards`',
  };
}
