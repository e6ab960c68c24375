import type { Clock } from './clock.ts';

/**
 * Instants that never go back, and go on at least as fast as time passes: what ends by them ends, whoever sets the machine's clock back.
 *
 * A clock that is set forward takes these with it, and what is granted for a time ends early: the safe side.
 */
export class ForwardClock {
  readonly #clock: Clock;
  #atMs: number;
  #atMonotonic: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.now();
    this.#atMonotonic = clock.monotonic();
  }

  /** Milliseconds since 1970. */
  now(): number {
    const monotonic = this.#clock.monotonic();
    this.#atMs = Math.max(this.#clock.now(), this.#atMs + (monotonic - this.#atMonotonic));
    this.#atMonotonic = monotonic;
    return Math.floor(this.#atMs);
  }
}
