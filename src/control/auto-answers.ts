import type { RuleSays } from '../approval/auto-answered.ts';
import type { AutoAnswer, Holding } from '../model/hold-terms.ts';
import type { TimeMatch } from '../policy/rule.ts';
import { timeMatcher } from '../policy/time-match.ts';
import { instant } from './views.ts';

type Holds = readonly Pick<Holding, 'rule' | 'auto'>[];

/**
 * What rules that hold a request answer by themselves at this instant: the first of each that speaks. `noAt` is when a person last said no to the like; 0: nobody has, as
 * far as anybody looked.
 */
export function autoAnswers(holds: Holds, nowMs: number, noAt = 0): readonly RuleSays[] {
  return holds.flatMap(({ rule, auto = [] }) => {
    const now = auto.find((each) => isTime(each, nowMs) && isCooling(each, nowMs, noAt));
    if (now === undefined) return [];
    return [
      { rule, answer: now.answer, ...(now.cooldownMs === undefined ? {} : { reason: why(noAt, now.cooldownMs) }) },
    ];
  });
}

/** Whether what rules answer hangs on what a person said before. */
export function hasCooldown(holds: Holds): boolean {
  return holds.some(({ auto = [] }) => auto.some(({ cooldownMs }) => cooldownMs !== undefined));
}

/** How long what a person said before counts at most, in milliseconds; 0: no rule asks. */
export function longestCooldownMs(
  rules: readonly { readonly hold?: { readonly auto?: readonly AutoAnswer[] } }[],
): number {
  const all = rules.flatMap(({ hold }) => (hold?.auto ?? []).map(({ cooldownMs = 0 }) => cooldownMs));
  return all.reduce((longest, one) => Math.max(longest, one), 0);
}

function isTime({ times }: AutoAnswer, nowMs: number): boolean {
  return times === undefined || timeMatcher(times as TimeMatch)(nowMs);
}

function isCooling({ cooldownMs }: AutoAnswer, nowMs: number, noAt: number): boolean {
  return cooldownMs === undefined || nowMs < noAt + cooldownMs;
}

function why(noAt: number, cooldownMs: number): string {
  return `a person said no to the like at ${instant(noAt)}; nobody is asked again before ${instant(noAt + cooldownMs)}`;
}
