import type { ApprovalView } from '../../../src/control/approval-contract.ts';

/** Questions of one kind by one caller, or a single one. */
export interface Burst {
  readonly key: string;
  readonly questions: readonly ApprovalView[];
}

/** So many questions of one kind are a burst. */
const BURST_FROM = 3;

/**
 * Questions that ask the same of different things, put together where the first of them stands; the order of the rest stays. Of one kind are those of one caller,
 * to one target and namespace, held by the same rules, with the same verb and the same facts that make them dangerous.
 */
export function bursts(questions: readonly ApprovalView[]): readonly Burst[] {
  const kinds = Map.groupBy(questions, kindOf);
  const taken = new Set<string>();
  return questions.flatMap((question) => {
    const kind = kindOf(question);
    const all = kinds.get(kind) ?? [question];
    if (all.length < BURST_FROM) return [{ key: question.id, questions: [question] }];
    if (taken.has(kind)) return [];
    taken.add(kind);
    return [{ key: kind, questions: all }];
  });
}

function kindOf({ asker, target, namespace, rules, shown, grant }: ApprovalView): string {
  const verbAndKind = shown.operation.split(' ').slice(0, 2);
  return JSON.stringify([
    asker.issuer,
    asker.subject,
    target,
    namespace,
    rules.map(({ rule }) => rule),
    verbAndKind,
    shown.risks,
    grant !== undefined,
  ]);
}
