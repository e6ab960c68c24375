import type { ThreadTime } from '../std/thread-time.ts';

/** Limit: work of one exchange below this, in milliseconds, is part of what any request costs. */
const WORK_MS_MIN = 1;

/**
 * What the conditions and masks of one exchange take of the processor, which nobody knows before they have run: it is charged to its caller afterwards.
 *
 * It is counted by the processor's time of this thread, and not by a clock: where the machine is busy with something else, no caller pays for that.
 */
export class ChargedWork {
  readonly #time: ThreadTime;
  readonly #charge: (ms: number) => void;
  #ms = 0;
  #isInTurn = false;

  constructor(time: ThreadTime, charge: (ms: number) => void) {
    this.#time = time;
    this.#charge = charge;
  }

  /**
   * What is to be waited for before more is done, by `ask`; undefined: nothing. A turn is that of a millisecond's work: to ask for one at each piece of a list costs as much as the piece does.
   */
  turn(ask: () => Promise<void> | undefined): Promise<void> | undefined {
    if (this.#isInTurn) return undefined;
    this.#isInTurn = true;
    return ask();
  }

  /** Does it, and counts what it took. It must not wait for anything. */
  timed<Result>(work: () => Result): Result {
    const mark = this.#time.begin();
    try {
      return work();
    } finally {
      this.#ms += this.#time.since(mark);
      if (this.#ms >= WORK_MS_MIN) {
        this.#charge(this.#ms);
        this.#ms = 0;
        this.#isInTurn = false;
      }
    }
  }
}
