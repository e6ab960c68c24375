/*
 * A yes to less than what was asked: for a shorter time, or with edits. Edits are made when the request comes for its yes, and policy judges what comes of them as if it
 * had come so. They become part of what is shown: another digest, so that nobody else says yes to what they have not seen.
 */
import type { Amendment } from '../model/amendment.ts';
import { unreachable } from '../std/unreachable.ts';
import type { Approval } from './approval.ts';
import { shownDigest } from './shown-digest.ts';

/** What of it a yes leaves. */
export interface Narrowing {
  /** Absent: as long as the rules say. */
  readonly goodForMs?: number;
  /** In order; none: as it was asked. */
  readonly amend: readonly Amendment[];
}

/** The question with a yes that leaves less of it. */
export function narrowed(approval: Approval, { goodForMs = approval.claimForMs, amend }: Narrowing): Approval {
  const claimForMs = Math.min(approval.claimForMs, goodForMs);
  if (amend.length === 0) return { ...approval, claimForMs };
  const { shown } = approval;
  const missing = [...shown.missing, 'what it would do as amended: it is judged when it is sent'];
  const next = { ...approval, claimForMs, amend, shown: { ...shown, amended: amend.map(amendmentWords), missing } };
  return { ...next, digest: shownDigest(next) };
}

/** An edit in words, with what it puts there. */
export function amendmentWords(edit: Amendment): string {
  switch (edit.kind) {
    case 'force-dry-run':
      return 'becomes a dry run: nothing is stored';
    case 'set-query':
      return `\`${edit.key}\` becomes \`${edit.value}\``;
    case 'cap-query':
      return `\`${edit.key}\` becomes ${edit.max} at most`;
    case 'set-field':
      return `\`/${edit.path.join('/')}\` becomes ${JSON.stringify(edit.value)}`;
    case 'remove-field':
      return `\`/${edit.path.join('/')}\` is removed`;
    case 'add-label':
      return `gets the label \`${edit.key}=${edit.value}\``;
    case 'add-annotation':
      return `gets the annotation \`${edit.key}=${edit.value}\``;
    default:
      return unreachable(edit);
  }
}
