import { assert } from '../std/assert.ts';
import type { ExchangeId, SessionId } from '../std/ids.ts';

interface Entry {
  readonly session: SessionId;
  readonly begunSeq: number;
  /** Infinity where the end could not be recorded. */
  endedSeq: number | undefined;
}

/** An exchange and its session. */
export type OpenExchange = readonly [ExchangeId, SessionId];

/**
 * Which exchanges are open, and which would be again if all that is not on the disk yet were lost.
 *
 * Size: the exchanges in flight, and those that ended since the last sync.
 */
export class ExchangeLedger {
  readonly #entries = new Map<ExchangeId, Entry>();
  #ended: { readonly exchange: ExchangeId; readonly seq: number }[] = [];

  begin(exchange: ExchangeId, session: SessionId, seq: number): void {
    assert(!this.#entries.has(exchange), 'an exchange begins once');
    this.#entries.set(exchange, { session, begunSeq: seq, endedSeq: undefined });
  }

  /** Whether its beginning is recorded and its end is not. */
  isOpen(exchange: ExchangeId): boolean {
    const entry = this.#entries.get(exchange);
    return entry !== undefined && entry.endedSeq === undefined;
  }

  end(exchange: ExchangeId, seq: number): void {
    const entry = this.#entries.get(exchange);
    assert(entry !== undefined && entry.endedSeq === undefined, 'an exchange that has begun ends once');
    entry.endedSeq = seq;
    this.#ended.push({ exchange, seq });
  }

  /** It ended, and nothing could be written: it is closed as lost once something can. */
  endUnrecorded(exchange: ExchangeId): void {
    const entry = this.#entries.get(exchange);
    if (entry !== undefined) entry.endedSeq ??= Number.POSITIVE_INFINITY;
  }

  /** All up to this event is on the disk: the ends among it cannot come undone. */
  synced(seq: number): void {
    let count = 0;
    for (; count < this.#ended.length && (this.#ended[count] as { seq: number }).seq <= seq; count++) {
      this.#entries.delete((this.#ended[count] as { exchange: ExchangeId }).exchange);
    }
    if (count > 0) this.#ended = this.#ended.slice(count);
  }

  /** The exchanges that are open in the events up to this one. */
  openAt(seq: number): readonly OpenExchange[] {
    const open: OpenExchange[] = [];
    for (const [exchange, { session, begunSeq, endedSeq }] of this.#entries) {
      if (begunSeq <= seq && (endedSeq === undefined || endedSeq > seq)) open.push([exchange, session]);
    }
    return open;
  }

  /** All events after this one are gone: what began among them is forgotten, what ended among them has an end that is not recorded. */
  fallBack(seq: number): void {
    for (const [exchange, entry] of this.#entries) {
      if (entry.begunSeq > seq) this.#entries.delete(exchange);
      else if (entry.endedSeq !== undefined && entry.endedSeq > seq) entry.endedSeq = Number.POSITIVE_INFINITY;
    }
    this.#ended = this.#ended.filter((ended) => ended.seq <= seq);
  }

  /** The exchanges whose end could not be recorded. They count as open from here on, so that they can be ended as lost. */
  takeUnrecorded(): readonly OpenExchange[] {
    const lost: OpenExchange[] = [];
    for (const [exchange, entry] of this.#entries) {
      if (entry.endedSeq !== Number.POSITIVE_INFINITY) continue;
      entry.endedSeq = undefined;
      lost.push([exchange, entry.session]);
    }
    return lost;
  }
}
