/** Limit: work of one exchange below this, in milliseconds, is part of what any request costs. */
const WORK_MS_MIN = 1;

/**
 * What the conditions and masks of one exchange take of the processor, which nobody knows before they have run: it is charged to its caller afterwards.
 *
 * It is counted by the processor's time of this thread, and not by a clock: where the machine is busy with something else, no caller pays for that.
 */
export class ChargedWork {
  readonly #processorMs: () => number;
  readonly #charge: (ms: number) => void;
  #ms = 0;

  constructor(processorMs: () => number, charge: (ms: number) => void) {
    this.#processorMs = processorMs;
    this.#charge = charge;
  }

  /** Does it, and counts what it took. It must not wait for anything. */
  timed<Result>(work: () => Result): Result {
    const startedMs = this.#processorMs();
    try {
      return work();
    } finally {
      this.#ms += this.#processorMs() - startedMs;
      if (this.#ms >= WORK_MS_MIN) {
        this.#charge(this.#ms);
        this.#ms = 0;
      }
    }
  }
}
