import { BrokenInvariant } from './broken-invariant.ts';

/**
 * Holds an invariant of ours; what a caller can get wrong is a Refusal instead.
 *
 * @throws {BrokenInvariant} with `message`, which becomes the code INTERNAL and never reaches the caller.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BrokenInvariant(`invariant: ${message}`);
}
