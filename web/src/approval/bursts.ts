import type { ApprovalView } from '../../../src/control/approval-contract.ts';

/** Questions of one kind by one caller, others of one caller, or a single one. */
export interface Burst {
  readonly key: string;
  readonly of: 'kind' | 'caller' | 'one';
  readonly questions: readonly ApprovalView[];
}

/** So many questions are a burst. */
const BURST_FROM = 3;

/**
 * Questions that belong together, each group where the first of it stands; the order of the rest stays. First those that ask the same of different things: of one
 * caller, to one target and namespace, held by the same rules, with the same verb and the same facts that make them dangerous. Of what is left, those of one caller to
 * one target, whatever they ask. T78: a yes that covers several requests, of a planned command or of a release of Helm, is given where each of them is shown, and in no list.
 */
export function bursts(questions: readonly ApprovalView[]): readonly Burst[] {
  const listed = questions.filter((question) => !coversOthers(question));
  const kinds = Map.groupBy(listed, kindOf);
  const isOfKind = (question: ApprovalView) => (kinds.get(kindOf(question))?.length ?? 0) >= BURST_FROM;
  const callers = Map.groupBy(
    listed.filter((question) => !isOfKind(question)),
    callerOf,
  );
  const taken = new Set<string>();
  return questions.flatMap((question): readonly Burst[] => {
    const of = isOfKind(question) ? 'kind' : 'caller';
    const key = of === 'kind' ? kindOf(question) : callerOf(question);
    const all = (of === 'kind' ? kinds : callers).get(key) ?? [];
    if (all.length < BURST_FROM || coversOthers(question))
      return [{ key: question.id, of: 'one', questions: [question] }];
    if (taken.has(key)) return [];
    taken.add(key);
    return [{ key, of, questions: all }];
  });
}

function coversOthers({ shown }: ApprovalView): boolean {
  return shown.rest?.covers !== undefined;
}

function callerOf({ asker, target }: ApprovalView): string {
  return JSON.stringify([asker.issuer, asker.subject, target]);
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
