/** Limits of planning; documented in docs/reference/limits.md. */
export const PLAN_LIMITS = Object.freeze({
  /** How long looking at what one planned request would do may take, in milliseconds. */
  lookMs: 15_000,
  /** Planned requests of one caller that are looked at at once; others of its wait. One can be hundreds of reads of the target. */
  looksPerCallerMax: 4,
});

/** Looks at what planned requests would do, a few of each caller at a time. Limit: each may wait as often as it may have requests under way. */
export class Looks {
  readonly #callers = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  /** Does it when it is its turn; its signal ends with the caller's, and after `lookMs`. */
  async inTurn<Result>(
    caller: string,
    signal: AbortSignal,
    look: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const own = this.#callers.get(caller) ?? { running: 0, waiting: [] };
    this.#callers.set(caller, own);
    if (own.running >= PLAN_LIMITS.looksPerCallerMax) await new Promise<void>((resolve) => own.waiting.push(resolve));
    else own.running++;
    try {
      signal.throwIfAborted();
      return await look(AbortSignal.any([signal, AbortSignal.timeout(PLAN_LIMITS.lookMs)]));
    } finally {
      // Whoever waits takes the place over.
      const next = own.waiting.shift();
      if (next !== undefined) next();
      else if (--own.running === 0) this.#callers.delete(caller);
    }
  }
}
