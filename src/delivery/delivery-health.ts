/** How it goes with one receiver. */
export interface DeliveryHealth {
  /** Records that it has taken since this gateway began. */
  readonly delivered: number;
  /** Tries that failed since then. */
  readonly failures: number;
  /** Why the last try failed; empty where it did not. */
  readonly failure: string;
  /** When that began; undefined where all goes well. */
  readonly failingSince: number | undefined;
  /** When what waits first was recorded; undefined where nothing waits. */
  readonly waitingSince: number | undefined;
  /** Events that were let go before it had been told of them. */
  readonly missed: number;
  /** Records that it has and said it does not want. */
  readonly rejected: number;
}

/** Nothing was sent, and nothing has failed. */
export const HEALTHY: DeliveryHealth = Object.freeze({
  delivered: 0,
  failures: 0,
  failure: '',
  failingSince: undefined,
  waitingSince: undefined,
  missed: 0,
  rejected: 0,
});
