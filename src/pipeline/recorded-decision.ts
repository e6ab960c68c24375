import type { Detection } from '../masking/detect/detection.ts';
import { maskedText } from '../masking/text/masked-text.ts';
import type { Decision } from '../model/decision.ts';
import type { Observed } from '../model/observed.ts';
import type { ExchangeEnded } from '../recording/event.ts';

/** A decision as the end of its exchange records it, with the facts that were looked up for it; what is quoted in notes is masked. */
export function recordedDecision(
  decision: Decision,
  shadow: Observed | undefined,
  facts: readonly string[],
  detection: Detection,
): NonNullable<ExchangeEnded['decision']> {
  const { effect, rule, notes = [] } = decision;
  return {
    effect,
    rule,
    ...(effect === 'allow' && decision.grant !== undefined ? { grant: decision.grant } : {}),
    ...(effect === 'allow' && decision.approval !== undefined ? { approval: decision.approval } : {}),
    ...(shadow === undefined ? {} : { shadow }),
    ...(facts.length === 0 ? {} : { facts: [...new Set(facts)] }),
    ...(notes.length === 0
      ? {}
      : { notes: notes.map(({ rule: id, detail }) => `${id}: ${maskedText(detail, detection)}`) }),
  };
}
