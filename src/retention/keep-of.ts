/*
 * How long one thing is kept: an exchange with all its lines, or an event that belongs to none. Pure.
 *
 * Order never matters. A legal hold that fits keeps; else what fits several rules goes when each of them lets it go, and what fits none is kept. What passed goes with
 * its events at the latest; where rules `of: bodies` fit, it goes when each of these lets it go.
 */
import type { Caller } from '../model/caller.ts';
import { callerMatcher } from '../policy/caller-match.ts';
import { anyGlob } from '../policy/glob.ts';
import type { RetentionRule } from '../policy/retention-rule.ts';

/** What is known of a thing. */
export interface Unit {
  /** `exchange`, or the event's type. */
  readonly type: string;
  readonly at: number;
  readonly caller?: Pick<Caller, 'subject' | 'issuer' | 'groups' | 'labels' | 'kind'> | undefined;
  readonly target?: string | undefined;
  readonly namespace?: string | undefined;
  readonly verb?: string | undefined;
  readonly resource?: string | undefined;
  readonly decision?: string | undefined;
}

/** Until when it is kept. */
export interface Keep {
  /** Instants; Infinity: for ever. */
  readonly events: number;
  readonly bodies: number;
  /** Whether it may go before its time. */
  readonly isEarly: boolean;
  readonly areBodiesEarly: boolean;
  /** The rules that fit. */
  readonly rules: readonly number[];
}

/** A test by these rules. `isOver(rule)`: what is younger than this fills what the rule keeps. */
export function keeper(rules: readonly RetentionRule[]): (unit: Unit, isOver: (rule: number) => boolean) => Keep {
  const tests = rules.map(matcher);
  return (unit, isOver) => {
    const fitting = rules.flatMap((_, i) => (tests[i]?.(unit) === true ? [i] : []));
    const ruleAt = (i: number) => rules[i] as RetentionRule;
    if (fitting.some((i) => ruleAt(i).legalHold)) return { ...FOR_EVER, rules: fitting };
    const until = (i: number) => {
      const { keepForMs, keepBytesMax } = ruleAt(i);
      if (keepBytesMax !== undefined && isOver(i)) return 0;
      return keepForMs === undefined ? Number.POSITIVE_INFINITY : unit.at + keepForMs;
    };
    const whole = fitting.filter((i) => ruleAt(i).of === 'all');
    const bodies = fitting.filter((i) => ruleAt(i).of === 'bodies');
    const events = whole.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...whole.map(until));
    const isEarly = whole.length > 0 && whole.every((i) => ruleAt(i).mayGoEarly);
    return {
      events,
      bodies: bodies.length === 0 ? events : Math.min(events, Math.max(...bodies.map(until))),
      isEarly,
      areBodiesEarly: isEarly || (bodies.length > 0 && bodies.every((i) => ruleAt(i).mayGoEarly)),
      rules: fitting,
    };
  };
}

const FOR_EVER = {
  events: Number.POSITIVE_INFINITY,
  bodies: Number.POSITIVE_INFINITY,
  isEarly: false,
  areBodiesEarly: false,
} as const;

function matcher(rule: RetentionRule): (unit: Unit) => boolean {
  const type = anyGlob(rule.events ?? ['exchange']);
  const caller = rule.callers === undefined ? undefined : callerMatcher(rule.callers);
  const fields = (['target', 'namespace', 'verb', 'resource', 'decision'] as const).flatMap((name) => {
    const patterns = rule[PLURAL[name]];
    return patterns === undefined ? [] : [[name, anyGlob(patterns)] as const];
  });
  return (unit) => {
    if (!type(unit.type)) return false;
    if (unit.at < (rule.fromMs ?? 0) || unit.at >= (rule.untilMs ?? Number.POSITIVE_INFINITY)) return false;
    if (caller !== undefined && (unit.caller === undefined || !caller(unit.caller as Caller))) return false;
    return fields.every(([name, test]) => unit[name] !== undefined && test(unit[name]));
  };
}

const PLURAL = {
  target: 'targets',
  namespace: 'namespaces',
  verb: 'verbs',
  resource: 'resources',
  decision: 'decisions',
} as const;
