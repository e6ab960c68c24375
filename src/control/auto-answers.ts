import type { RuleSays } from '../approval/auto-answered.ts';
import type { Holding } from '../model/hold-terms.ts';
import type { TimeMatch } from '../policy/rule.ts';
import { timeMatcher } from '../policy/time-match.ts';

/** What rules that hold a request answer by themselves at this instant: the first of each that speaks. */
export function autoAnswers(holds: readonly Pick<Holding, 'rule' | 'auto'>[], nowMs: number): readonly RuleSays[] {
  return holds.flatMap(({ rule, auto = [] }) => {
    const now = auto.find(({ times }) => times === undefined || timeMatcher(times as TimeMatch)(nowMs));
    return now === undefined ? [] : [{ rule, answer: now.answer }];
  });
}
