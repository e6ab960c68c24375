import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import type { Self } from '../api/self.ts';
import { segments } from '../words/segments.ts';
import { texts } from '../words/texts.ts';

/** Who answers a question, each said once. */
export function approversOf({ rules }: Pick<ApprovalView, 'rules'>): readonly string[] {
  return [...new Set(rules.flatMap(({ approvers }) => approvers))];
}

/** What lets the reader answer, in words: their groups that the approvers name, their own name, whose place they are in, or their role. Whether they may, the gateway has said. */
export function seatOf(
  question: Pick<ApprovalView, 'rules' | 'inPlaceOf'>,
  self: Pick<Self, 'groups' | 'subject' | 'roles'> | undefined,
): readonly string[] {
  if (self === undefined) return [];
  const named = new Set(
    approversOf(question).flatMap((words) =>
      segments(words)
        .filter(({ isName }) => isName)
        .map(({ text }) => text),
    ),
  );
  return [
    ...self.groups.filter((group) => named.has(group)).map(texts.question.byGroup),
    ...(named.has(self.subject) ? [texts.question.byName] : []),
    ...(question.inPlaceOf ?? []).map(texts.question.byPlace),
    ...(named.has('approver') && self.roles.includes('approver') ? [texts.question.byRole] : []),
  ];
}
