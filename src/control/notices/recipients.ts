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
  { kind, caller, target, namespace }: Notice,
): boolean {
  if (!anyGlob(on)(kind)) return false;
  if (targets !== undefined && (target === '' || !anyGlob(targets)(target))) return false;
  if (namespaces !== undefined && (namespace === '' || !anyGlob(namespaces)(namespace))) return false;
  if (callers === undefined) return true;
  return caller !== undefined && callerMatcher(callers)({ ...caller, labels: {} });
}
