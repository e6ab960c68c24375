import { anyGlob } from '../../glob.ts';
import type { NotifyRule } from '../../notify-rule.ts';
import type { Rule } from '../../rule.ts';
import type { Advice } from './advice.ts';

/** Somebody can go through a rule alone, and nobody is told when they do. */
export function lintGlass(rules: readonly Rule[], notify: readonly NotifyRule[]): readonly Advice[] {
  if (notify.some(({ on }) => anyGlob(on)('glass.broken'))) return [];
  return rules
    .filter(({ hold }) => hold?.breakGlass !== undefined)
    .map((rule) => ({
      rule,
      code: 'quiet-glass',
      field: 'hold',
      message: 'somebody can go through it alone, and no policy tells anybody when they do',
      fix: 'add `notify: [{ on: [glass.broken], to: [NAME] }]`',
    }));
}
