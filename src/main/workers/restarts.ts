import { WORKER_LIMITS } from './messages.ts';

/** How long to wait before a worker that has ended is replaced: the first few at once, then longer each time, so that one that cannot live does not keep the machine busy. */
export class Restarts {
  #ends: readonly number[] = [];

  /** A worker ended. @returns the wait in milliseconds */
  waitMs(nowMs: number): number {
    const { restartsAtOnceMax, restartWindowMs, restartWaitMaxMs } = WORKER_LIMITS;
    this.#ends = [...this.#ends.filter((at) => nowMs - at < restartWindowMs), nowMs].slice(-64);
    const over = this.#ends.length - restartsAtOnceMax;
    return over <= 0 ? 0 : Math.min(restartWaitMaxMs, 1_000 * 2 ** Math.min(over - 1, 10));
  }

  /** How many ended of late. */
  count(nowMs: number): number {
    return this.#ends.filter((at) => nowMs - at < WORKER_LIMITS.restartWindowMs).length;
  }
}
