import { Refusal } from '../../../model/refusal.ts';

/** Who sends. */
export type Side = 'client' | 'upstream';

/** What one side sent can be read in two ways, or not at all; the caller's fault is told as one, the target's as one that leaves open what ran. */
export function malformed(side: Side, message: string, cause?: unknown): Refusal {
  const options = cause === undefined ? {} : { cause };
  return side === 'client'
    ? new Refusal('REQUEST_MALFORMED', message, options)
    : new Refusal('OUTCOME_UNKNOWN', 'the target sent what cannot be read as an exec or port-forward', {
        ...options,
        detail: message,
      });
}
