import type { RetentionRule } from '../policy/retention-rule.ts';
import { mergeRanges, type Ranges } from '../recording/ranges.ts';
import { type Keep, keeper, type Unit } from './keep-of.ts';
import { exchangeOf, exchangesOf, type Line, unitOf } from './segment-lines.ts';

/** What rules keep of a segment. */
export interface StillKept {
  /** The numbers of events. */
  readonly events: Ranges;
  /** The numbers of events that name pieces which are kept. */
  readonly bodies: Ranges;
}

/**
 * What of these events the rules in force keep, whatever others have let go before: under a legal hold, or younger than one of them says. What none of them speaks of is
 * not kept by any.
 *
 * A line whose exchange began in another segment fits every rule: of it nobody knows what it was.
 */
export function stillKept(lines: readonly Line[], rules: readonly RetentionRule[], nowMs: number): StillKept {
  const keepOf = keeper(rules);
  const exchanges = exchangesOf(lines);
  const events: (readonly [number, number])[] = [];
  const bodies: (readonly [number, number])[] = [];
  for (const { seq, event } of lines) {
    const id = exchangeOf(event);
    const found = id === undefined ? undefined : exchanges.get(id);
    const keeps =
      found?.hasBegun === false
        ? rules.map((rule) => judged([rule], keeper([anywhere(rule)]), { type: 'exchange', at: event.at }))
        : [judged(rules, keepOf, found?.unit ?? unitOf(event))];
    if (keeps.some((keep) => keep.isHeld || (keep.events > nowMs && !keep.isEarly))) events.push([seq, seq]);
    if (event.type !== 'exchange.recorded') continue;
    if (keeps.some((keep) => keep.isHeld || (keep.bodies > nowMs && !keep.areBodiesEarly))) bodies.push([seq, seq]);
  }
  return { events: mergeRanges(events), bodies: mergeRanges(bodies) };
}

type Judged = Pick<Keep, 'events' | 'bodies' | 'isEarly' | 'areBodiesEarly'> & { readonly isHeld: boolean };

/** What rules that fit say of a thing. What they keep by size is not kept by that: how much is younger, nobody knows any more. */
function judged(rules: readonly RetentionRule[], keepOf: ReturnType<typeof keeper>, unit: Unit): Judged {
  const keep = keepOf(unit, () => true);
  const fitting = keep.rules.map((rule) => rules[rule] as RetentionRule);
  const isHeld = fitting.some(({ legalHold }) => legalHold);
  const events = fitting.some(({ of }) => of === 'all') ? keep.events : 0;
  return { ...keep, events, bodies: fitting.length === 0 ? 0 : keep.bodies, isHeld };
}

/** A rule as it speaks of what began somewhere before. */
function anywhere(rule: RetentionRule): RetentionRule {
  const { targets: _, namespaces: __, callers: ___, verbs: ____, resources: _____, decisions: ______, ...bare } = rule;
  const { untilMs: _______, ...open } = bare;
  return open;
}
