import { callerMatcher } from '../../policy/caller-match.ts';
import { anyGlob } from '../../policy/glob.ts';
import type { NotifyRule } from '../../policy/notify-rule.ts';
import type { Notice } from './notice.ts';

/** The notifiers that policy sends a notice to, each once. What a rule asks and the notice does not say does not match. */
export function recipients(rules: readonly NotifyRule[], notice: Notice): readonly string[] {
  return [...new Set(rules.filter((rule) => speaksOf(rule, notice)).flatMap(({ to }) => to))];
}

function speaksOf(
  { on, callers, targets, namespaces }: NotifyRule,
  { kind, caller, target, namespace, places }: Notice,
): boolean {
  if (!anyGlob(on)(kind)) return false;
  // Security: whoever asks for two places at once is told of to who is told of either.
  const isIn = (wanted: readonly string[], found: readonly string[]) =>
    found.some((name) => name !== '' && anyGlob(wanted)(name));
  if (targets !== undefined && !isIn(targets, places?.targets ?? [target])) return false;
  if (namespaces !== undefined && !isIn(namespaces, [namespace, ...(places?.namespaces ?? [])])) return false;
  if (callers === undefined) return true;
  return caller !== undefined && callerMatcher(callers)({ ...caller, labels: {} });
}
