/*
 * Turns at what keeps the process busy: to read a large body takes up to a third of a second in which nobody else is served. So of those that wait one begins in each round of the
 * event loop, callers in turn: whoever sends fifty at once waits for itself, and everybody else's small requests go between.
 *
 * A turn is only a beginning: nothing is held while something is read from upstream, so nobody who is slow keeps others waiting.
 */

import { type Caller, callerKey } from '../model/caller.ts';

/** Limit: a body of fewer bytes, read within about a millisecond, waits for no turn. */
const TURN_BYTES_MIN = 32 * 1024;

/** Callers that wait for their turn. Limit: each may wait as often as it may have requests under way. */
export class Turns {
  /** The caller whose turn was last stands last. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #isBusy = false;

  /** The same for a body that is there whole, where it is a large one. */
  ofBody(caller: Caller, bytes: number): Promise<void> | undefined {
    return bytes < TURN_BYTES_MIN ? undefined : this.next(callerKey(caller));
  }

  /** Resolves when it is this caller's turn; `undefined` where it is so now. */
  next(caller: string): Promise<void> | undefined {
    if (!this.#isBusy) {
      this.#begin();
      return undefined;
    }
    return new Promise((resolve) => {
      const own = this.#waiting.get(caller);
      if (own === undefined) this.#waiting.set(caller, [resolve]);
      else own.push(resolve);
    });
  }

  /** What has begun runs to its end, or to where it waits for others, before the next round. */
  #begin(): void {
    this.#isBusy = true;
    setImmediate(() => {
      const first = this.#waiting.entries().next();
      if (first.done === true) {
        this.#isBusy = false;
        return;
      }
      const [caller, own] = first.value;
      this.#waiting.delete(caller);
      const begin = own.shift();
      if (own.length > 0) this.#waiting.set(caller, own);
      this.#begin();
      begin?.();
    });
  }
}
