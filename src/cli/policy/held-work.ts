import { replay } from '../../policy/observed/replay.ts';
import type { RuleSet } from '../../policy/rule-set.ts';
import { counted } from '../../std/counted.ts';
import { type OperationReader, recall } from '../recorded/recall.ts';
import { decisionOf, type Recorded } from '../recorded/recorded-exchanges.ts';

/** So many requests that were allowed make what a hold would stop ordinary work. */
const ORDINARY_MIN = 10;

/** A rule that would hold what was done all the time without a person. */
export interface HeldWork {
  readonly rule: string;
  readonly times: number;
  /** Whose it was, the most of it first. */
  readonly callers: readonly string[];
}

/** Holds of a policy that would stop what was ordinary work, asked of each recorded exchange that nobody had to approve. */
export function heldWork(rules: RuleSet, recorded: Recorded, read: OperationReader): readonly HeldWork[] {
  const byRule = new Map<string, Map<string, number>>();
  for (const exchange of recorded.exchanges) {
    const decided = decisionOf(exchange);
    if (decided?.effect !== 'allow' || decided.approval !== undefined) continue;
    const recalled = recall(exchange, recorded, read);
    if (recalled === undefined) continue;
    const { after } = replay(rules, rules, recalled);
    if (after.effect !== 'hold') continue;
    const callers = byRule.get(after.rule) ?? new Map<string, number>();
    byRule.set(after.rule, callers);
    const { subject } = exchange.begun.caller;
    callers.set(subject, (callers.get(subject) ?? 0) + 1);
  }
  return [...byRule].flatMap(([rule, callers]) => {
    const times = [...callers.values()].reduce((sum, count) => sum + count, 0);
    if (times < ORDINARY_MIN) return [];
    return [{ rule, times, callers: [...callers].sort((a, b) => b[1] - a[1]).map(([subject]) => subject) }];
  });
}

/** What is said of one. */
export function heldWorkWords({ times, callers }: HeldWork): string {
  const who = `${callers.slice(0, 3).join(', ')}${callers.length > 3 ? ` and ${callers.length - 3} more` : ''}`;
  return `it would have held ${counted(times, 'request that was', 'requests that were')} allowed without a person, of ${who}`;
}
