import type { ExchangeId } from '../../std/ids.ts';
import type { Event, ExchangeBegun, ExchangeEnded, ExchangePermitted } from '../event.ts';

/** An exchange that has ended, with how it began. */
export interface JoinedExchange {
  /** Absent where it began before what is read. */
  readonly begun: (ExchangeBegun & { readonly seq: number }) | undefined;
  /** The last permit, where it has one. */
  readonly permitted: ExchangePermitted | undefined;
  readonly ended: ExchangeEnded;
}

interface Open {
  readonly begun: ExchangeBegun & { readonly seq: number };
  permitted?: ExchangePermitted;
}

/** Puts ends to beginnings, events taken in order. Memory is bounded by the exchanges that are open. */
export class JoinedExchanges {
  readonly #open = new Map<ExchangeId, Open>();

  /** The exchange that this event ends; undefined of every other event. */
  take(event: Event, seq: number): JoinedExchange | undefined {
    switch (event.type) {
      case 'exchange.begun':
        this.#open.set(event.exchange, { begun: { ...event, seq } });
        return undefined;
      case 'exchange.permitted': {
        const open = this.#open.get(event.exchange);
        if (open !== undefined) open.permitted = event;
        return undefined;
      }
      case 'exchange.ended': {
        const open = this.#open.get(event.exchange);
        this.#open.delete(event.exchange);
        return { begun: open?.begun, permitted: open?.permitted, ended: event };
      }
      default:
        return undefined;
    }
  }

  /** Whether all that has begun has ended. */
  get isClosed(): boolean {
    return this.#open.size === 0;
  }

  /** The number of the oldest event that is needed to go on from here without what was taken before; undefined: none is. */
  get oldestSeq(): number | undefined {
    for (const { begun } of this.#open.values()) return begun.seq;
    return undefined;
  }
}
