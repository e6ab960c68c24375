import type { ChainHead } from '../recording/chain.ts';

/** Limit: ends of parcels by which a journal is known again. */
const TOLD_MAX = 32;

/**
 * The ends of parcels with one more. The latest are kept as they are; of older ones fewer the older they are, so that what a crash cut off is found however long it was.
 */
export function toldOf(told: readonly ChainHead[], last: ChainHead): readonly ChainHead[] {
  const all = [...told, last];
  if (all.length <= TOLD_MAX) return all;
  // The pair that lies closest together for its age loses its older one.
  const spare = all.slice(1, -1).reduce(
    (best, head, i) => {
      const [before, after] = [all[i] as ChainHead, all[i + 2] as ChainHead];
      const worth = (after.seq - before.seq) / (last.seq - head.seq + 1);
      return worth < best.worth ? { worth, at: i + 1 } : best;
    },
    { worth: Number.POSITIVE_INFINITY, at: 1 },
  );
  return all.filter((_, i) => i !== spare.at);
}
