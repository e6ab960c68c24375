/*
 * The gateway's clock, as far as this page can tell: what closes and ends does so by that clock, and a reader's may be minutes off.
 */

/** Limit: so far from the reader's clock is a difference and not the time that the answer was under way, in milliseconds. */
const NOTICED_MS = 2_000;

let aheadMs = 0;

/** Learns from the `Date` of an answer. */
export function learnTime(date: string | null): void {
  const told = Date.parse(date ?? '');
  if (Number.isNaN(told)) return;
  // `Date` has whole seconds: the middle of its second is the better guess.
  const difference = told + 500 - Date.now();
  aheadMs = Math.abs(difference) < NOTICED_MS ? 0 : difference;
}

/** Now, by the gateway's clock, in milliseconds since 1970. */
export function gatewayNow(): number {
  return Date.now() + aheadMs;
}
