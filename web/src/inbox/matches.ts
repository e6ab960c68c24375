import type { ApprovalView } from '../../../src/control/approval-contract.ts';

/** Whether every word that was typed stands somewhere in what a card shows; upper and lower case are one. */
export function matches({ shown, asker, target, namespace, rules }: ApprovalView, typed: string): boolean {
  const text = [
    shown.operation,
    asker.subject,
    asker.person ?? '',
    target,
    namespace,
    ...rules.map(({ rule }) => rule),
    ...shown.risks,
  ]
    .join('\n')
    .toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
