/** How old what the system said may be when work begins, in milliseconds: where the machine does something else meanwhile, so much at most is taken for the work. */
const SAID_MS_MAX = 2;

/** Work below this, in milliseconds by the clock, took what the clock says: the system is not asked. */
const CLOCK_MS_MAX = 0.2;

/**
 * What work takes of this thread's processor, without what the machine does beside it.
 *
 * Asking the system takes five times as long as asking a clock, and more where the machine is busy. So short work is measured by the
 * clock, and the system is asked when work was long, and now and then before.
 */
export class ThreadTime {
  readonly #elapsedMs: () => number;
  readonly #processorMs: () => number;
  #saidMs = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  /** @param elapsedMs a clock that only goes forward; @param processorMs what this thread has taken of the processor; both in milliseconds */
  constructor(elapsedMs: () => number, processorMs: () => number) {
    this.#elapsedMs = elapsedMs;
    this.#processorMs = processorMs;
  }

  /** A mark for `since`. */
  begin(): number {
    const at = this.#elapsedMs();
    if (at - this.#saidAt > SAID_MS_MAX) this.#ask(at);
    return at;
  }

  /** Milliseconds of the processor since the last `begin`, whose mark this is. */
  since(mark: number): number {
    const at = this.#elapsedMs();
    const elapsed = at - mark;
    if (elapsed < CLOCK_MS_MAX) return elapsed;
    const before = this.#saidMs;
    this.#ask(at);
    return Math.min(elapsed, this.#saidMs - before);
  }

  #ask(at: number): void {
    this.#saidMs = this.#processorMs();
    this.#saidAt = at;
  }
}

/** This thread's own. */
export function threadTime(): ThreadTime {
  const processorMs = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  return new ThreadTime(() => performance.now(), processorMs);
}
