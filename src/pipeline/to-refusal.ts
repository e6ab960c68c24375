import { faultOf } from '../model/fault-of.ts';
import { Refusal } from '../model/refusal.ts';
import { BrokenInvariant } from '../std/broken-invariant.ts';

/**
 * Whatever was thrown on the data path as a refusal: a refusal as it is, anything else as INTERNAL, whose detail goes to the log and
 * never to the caller. Once the caller has gone, what was thrown is a consequence of that; but for a bug of ours, which the log has all the same.
 */
export function toRefusal(thrown: unknown, signal: AbortSignal): Refusal {
  if (signal.aborted && !isBug(thrown)) return new Refusal('CALLER_GONE', 'the caller went away', { cause: thrown });
  if (thrown instanceof Refusal) return thrown;
  return faultOf(thrown);
}

/** No connection that breaks throws it. */
const BUGS = [BrokenInvariant, TypeError, RangeError, ReferenceError];

function isBug(thrown: unknown): boolean {
  return thrown instanceof Refusal ? thrown.code === 'INTERNAL' : BUGS.some((kind) => thrown instanceof kind);
}
