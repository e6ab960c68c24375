import { InFlightShares, type Share } from '../../pipeline/in-flight-shares.ts';
import type { WorkerBus } from './worker-bus.ts';

/** What counts over all workers: what callers have under way, or of that what waits for a person. Undefined where there is one process. */
export function sharesOf(
  what: 'in-flight' | 'held',
  worker: number | undefined,
  bus: Pick<WorkerBus, 'tell' | 'hear' | 'onMissed' | 'onJoined'> | undefined,
): InFlightShares | undefined {
  if (bus === undefined || worker === undefined) return undefined;
  const shares = new InFlightShares(worker, (share) => bus.tell(what, share));
  bus.hear(what, (share) => shares.learn(share as Share));
  bus.onMissed(() => shares.tellAgain());
  bus.onJoined(() => shares.tellAgain());
  return shares;
}
