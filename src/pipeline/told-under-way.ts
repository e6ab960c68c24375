import type { KeepingTold } from '../recording/keeping.ts';

/**
 * What the recorder tells an exchange while it is under way. What is kept of one reaches the disk up to a second after its end: who waits for that holds this, and nothing
 * of the exchange.
 */
export class ToldUnderWay implements KeepingTold {
  #told: KeepingTold | undefined;

  constructor(told: KeepingTold) {
    this.#told = told;
  }

  onRoom(): void {
    this.#told?.onRoom();
  }

  onFailed(error: Error): void {
    this.#told?.onFailed(error);
  }

  /** The exchange has ended: there is nothing to go on with, and nothing to break off. */
  over(): void {
    this.#told = undefined;
  }
}
