/*
 * What may have run and must not be done twice: client libraries send a request again when its answer was lost, some of them whatever it was. The same request by
 * the same caller is then refused for a while, and told how to look.
 *
 * Kept in memory: a gateway that was restarted, or another one, does not know. The workers of one gateway tell each other.
 */
import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Unrepeatable } from '../model/unrepeatable.ts';
import type { Clock } from '../std/clock.ts';
import type { ExchangeId } from '../std/ids.ts';

/** The bounds of what is remembered. */
export const UNKNOWN_LIMITS = Object.freeze({
  /** Requests of one caller that may have run; beyond it, its oldest are forgotten. */
  unknownPerCallerMax: 1_000,
  /** Those of all callers; beyond it, the caller's own oldest is forgotten, or where it has none, that of another. */
  unknownMax: 20_000,
});

/** A request that may have run: whose, which, and its exchange. */
export interface UnknownOutcome {
  readonly whose: string;
  readonly key: string;
  readonly exchange: ExchangeId;
}

interface Unknown {
  readonly exchange: ExchangeId;
  readonly atMs: number;
}

/** Remembers what may have run. */
export class UnknownOutcomes {
  readonly #forMs: number;
  readonly #clock: Clock;
  /** By caller, then by request; the oldest first. */
  readonly #byCaller = new Map<string, Map<string, Unknown>>();
  #count = 0;
  /** Hears of each that is remembered here, to tell the other workers of this gateway. */
  onRemembered: ((one: UnknownOutcome) => void) | undefined;

  /** @param forMs how long a request is refused that may have run */
  constructor(forMs: number, clock: Clock) {
    this.#forMs = forMs;
    this.#clock = clock;
  }

  /**
   * Refuses what may have run a moment ago.
   *
   * @throws {Refusal} REPEATED_UNKNOWN
   */
  refuse(caller: Caller, { key, look }: Unrepeatable): void {
    if (this.#count === 0) return;
    const unknown = this.#byCaller.get(callerKey(caller))?.get(key());
    if (unknown === undefined) return;
    const ageMs = this.#clock.monotonic() - unknown.atMs;
    if (ageMs >= this.#forMs) return;
    const message = `the same request by \`${caller.subject}\` may have run ${Math.round(ageMs / 1000)} s ago (exchange ${unknown.exchange}), so this one was not sent`;
    const leftSeconds = Math.ceil((this.#forMs - ageMs) / 1000);
    throw new Refusal('REPEATED_UNKNOWN', message, {
      advice: `${look}; before you repeat it, change something of it (a label, an argument), or wait ${leftSeconds} s`,
    });
  }

  /** The request of this exchange may have run. */
  remember(caller: Caller, unrepeatable: Unrepeatable, exchange: ExchangeId): void {
    const one = { whose: callerKey(caller), key: unrepeatable.key(), exchange };
    this.learn(one);
    this.onRemembered?.(one);
  }

  /** One of another worker's, a moment ago. */
  learn({ whose, key, exchange }: UnknownOutcome): void {
    const own = this.#byCaller.get(whose) ?? new Map<string, Unknown>();
    this.#forget(own, key);
    this.#makeRoom(whose, own);
    own.set(key, { exchange, atMs: this.#clock.monotonic() });
    this.#count++;
    this.#byCaller.set(whose, own);
  }

  /** How many are remembered. */
  get size(): number {
    return this.#count;
  }

  #makeRoom(whose: string, own: Map<string, Unknown>): void {
    if (this.#count >= UNKNOWN_LIMITS.unknownMax) this.#forgetOld();
    const isFull = this.#count >= UNKNOWN_LIMITS.unknownMax;
    if (own.size >= UNKNOWN_LIMITS.unknownPerCallerMax || (isFull && own.size > 0)) {
      this.#forget(own, own.keys().next().value as string);
    } else if (isFull) {
      const [other, theirs] = this.#byCaller.entries().next().value as [string, Map<string, Unknown>];
      this.#forget(theirs, theirs.keys().next().value as string);
      if (theirs.size === 0 && other !== whose) this.#byCaller.delete(other);
    }
  }

  /** Each has the same time, so those at the front are the oldest. */
  #forgetOld(): void {
    const before = this.#clock.monotonic() - this.#forMs;
    for (const [whose, own] of this.#byCaller) {
      for (const [key, { atMs }] of own) {
        if (atMs > before) break;
        this.#forget(own, key);
      }
      if (own.size === 0) this.#byCaller.delete(whose);
    }
  }

  #forget(own: Map<string, Unknown>, key: string): void {
    if (own.delete(key)) this.#count--;
  }
}
