import type { Saying } from './approval.ts';

/** Limit: how far the clock of an issuer may go before ours, in milliseconds. */
const AHEAD_MS_MAX = 60_000;

/** Whether a person signed in within so long; where that is asked and nobody knows, they did not. */
export function hasSignedIn(
  { signedInAt }: Pick<Saying, 'signedInAt'>,
  withinMs: number | undefined,
  nowMs: number,
): boolean {
  if (withinMs === undefined) return true;
  return signedInAt !== undefined && signedInAt <= nowMs + AHEAD_MS_MAX && nowMs - signedInAt < withinMs;
}
