import { riskOf } from '../../approval/risk-of.ts';
import { unreadOf } from '../../approval/unread-of.ts';
import type { MayRead } from '../../connectors/connector.ts';
import type { HoldDecision } from '../../model/decision.ts';
import type { JsonObject } from '../../model/operation.ts';
import type { Planned } from '../../model/planned.ts';
import { Refusal } from '../../model/refusal.ts';
import type { ShownRequest } from '../../model/shown.ts';
import type { Gateway } from '../gateway.ts';
import { heldDigest } from '../held-digest.ts';
import type { Judged } from '../judge.ts';
import { previewForAnswer } from '../preview-for-answer.ts';
import { showHeld } from '../show-held.ts';
import { undoForeseen } from '../undo/undo-foreseen.ts';

type Held = Judged & { readonly decision: HoldDecision };

interface Parts extends Pick<Gateway, 'connector' | 'probe' | 'approvals' | 'masking' | 'preImages'> {
  /** What policy lets its caller read. */
  readonly mayRead: MayRead;
}

/**
 * What asks about a held request together with others, or why it is asked about by itself. What is shown of it is what would be shown of it alone: looked up for who answers,
 * whatever its caller may read, and closed to the caller, which is shown of it what it may read itself. `existing` is its live object, see `lifeOf`.
 */
export async function plannedQuestion(
  { connector, probe, approvals, masking, preImages, mayRead }: Parts,
  held: Held,
  existing: JsonObject | null | 'unknown' | undefined,
  signal: AbortSignal,
): Promise<Pick<Planned, 'question' | 'alone'>> {
  const { caller, request, operation, decision } = held;
  const { holds } = decision;
  const signed = holds.find((hold) => hold.signed !== undefined);
  if (signed !== undefined) return { alone: `rule \`${signed.rule}\` wants a signature over each request by itself` };
  if (existing === 'unknown') return { alone: 'its live object, which a yes is bound to, could not be looked up' };
  const asking = connector.asking(request, operation);
  try {
    const foreseen = undoForeseen({ connector, preImages }, operation, decision);
    const { rest: _, ...shown } = showHeld(masking, held, asking, foreseen);
    const { risks, missing, isOwnToRead, ...looked } = await previewForAnswer(masking, probe, held, mayRead, signal);
    const all = { ...shown, ...looked, risks: [...shown.risks, ...risks], missing: [...shown.missing, ...missing] };
    const whole: ShownRequest = { ...all, risk: riskOf(all) };
    const digest = heldDigest({ caller, operation, holds, lifts: decision.lifts, what: asking.what, existing });
    const namespaceLabels = () => probe.namespaceLabels(operation, caller);
    const unread = isOwnToRead === true ? {} : { unread: unreadOf(shown) };
    const planned = { caller, operation, digest, holds, namespaceLabels, shown: whole, ...unread };
    return { question: await approvals.closePlanned(planned) };
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.code !== 'HOLD_UNSUPPORTED') throw thrown;
    return { alone: thrown.message };
  }
}
