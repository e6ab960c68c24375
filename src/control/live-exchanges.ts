/*
 * Exchanges as they begin and end at this gateway, for whoever watches. Nothing is kept while nobody does, and of what is watched only that it is under way.
 */
import type { AskedBy } from '../model/is-own.ts';
import type { Event, ExchangeBegun, ExchangeEnded } from '../recording/event.ts';
import type { LiveExchange } from './session-contract.ts';
import { instant } from './views.ts';

/** Limits of what is watched. */
export const WATCH_LIMITS = Object.freeze({
  /** Exchanges under way whose beginning is remembered for their end; the end of more is not told. */
  underWayMax: 50_000,
});

/** An exchange as it is watched, and whose it is. */
export interface WatchedExchange {
  readonly view: LiveExchange;
  readonly by: AskedBy;
}

type Listener = (told: WatchedExchange) => void;

/** What watches exchanges, fed with the journal's events as they are written. */
export class LiveExchanges {
  readonly #listeners = new Set<Listener>();
  readonly #begun = new Map<string, ExchangeBegun>();
  /** Called when the first begins to watch, and when the last has ended. */
  onWatched: (() => void) | undefined;

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Tells of each until the returned function is called. */
  onExchange(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.onWatched?.();
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      this.#begun.clear();
      this.onWatched?.();
    };
  }

  /** One of another worker's. */
  show(told: WatchedExchange): void {
    for (const listener of this.#listeners) listener(told);
  }

  /** An event that is being written. */
  hear(event: Event): void {
    if (this.#listeners.size === 0) return;
    if (event.type === 'exchange.begun') {
      if (this.#begun.size < WATCH_LIMITS.underWayMax) this.#begun.set(event.exchange, event);
      this.#tell(event, undefined);
    } else if (event.type === 'exchange.ended') {
      const begun = this.#begun.get(event.exchange);
      this.#begun.delete(event.exchange);
      if (begun !== undefined) this.#tell(begun, event);
    }
  }

  #tell(begun: ExchangeBegun, ended: ExchangeEnded | undefined): void {
    this.show({ view: view(begun, ended), by: begun.caller });
  }
}

function view(
  { exchange, session, at, caller, target, method, operation, planned }: ExchangeBegun,
  ended: ExchangeEnded | undefined,
): LiveExchange {
  const { outcome, decision, traffic } = ended ?? {};
  return {
    id: exchange,
    session,
    at: instant(at),
    caller: { subject: caller.subject, issuer: caller.issuer, kind: caller.kind },
    target,
    verb: operation?.verb ?? method.toLowerCase(),
    apiGroup: operation?.apiGroup ?? '',
    resource: operation?.resource ?? '',
    subresource: operation?.subresource ?? '',
    namespace: operation?.namespace ?? '',
    name: operation?.name ?? '',
    ...(planned === true ? { planned } : {}),
    outcome: outcome?.kind ?? 'open',
    ...(decision === undefined
      ? {}
      : { decision: decision.effect, ...(decision.rule === '' ? {} : { rule: decision.rule }) }),
    ...(outcome !== undefined && 'status' in outcome && outcome.status !== undefined ? { status: outcome.status } : {}),
    ...(outcome !== undefined && 'code' in outcome ? { code: outcome.code } : {}),
    ...(traffic === undefined ? {} : { durationMs: traffic.durationMs }),
  };
}
