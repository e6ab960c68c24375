/*
 * A yes to less than what was asked: for a shorter time, or with edits. Edits are made when the request comes for its yes, and policy judges what comes of them as if it
 * had come so. They become part of what is shown: another digest, so that nobody else says yes to what they have not seen.
 *
 * What an edit puts there may be as secret as what stands in the request, so nothing here has it in clear: it is shown with masks, and kept closed.
 */
import type { Approval } from './approval.ts';
import { shownDigest } from './shown-digest.ts';

/** Edits of a yes. */
export interface ClosedEdits {
  /** In order, in words, with masks. */
  readonly words: readonly string[];
  /** What they are, closed in the vault. */
  readonly closed: string;
}

/** What of it a yes leaves. */
export interface Narrowing {
  /** Absent: as long as the rules say. */
  readonly goodForMs?: number;
  /** Absent: as it was asked. */
  readonly edits?: ClosedEdits;
}

/** The question with a yes that leaves less of it. */
export function narrowed(approval: Approval, { goodForMs = approval.claimForMs, edits }: Narrowing): Approval {
  const claimForMs = Math.min(approval.claimForMs, goodForMs);
  if (edits === undefined) return { ...approval, claimForMs };
  const { shown } = approval;
  const missing = [...shown.missing, 'what it would do as amended: it is judged when it is sent'];
  const next = { ...approval, claimForMs, edits: edits.closed, shown: { ...shown, amended: edits.words, missing } };
  return { ...next, digest: shownDigest(next) };
}
