import type { ExchangeId } from '../std/ids.ts';
import type { Event, ExchangeBegun } from './event.ts';
import type { ExchangeView } from './summarize-sessions.ts';

/** What is looked for; what is absent is not asked. */
export interface ExchangeSearch {
  readonly subject?: string | undefined;
  readonly target?: string | undefined;
  readonly namespace?: string | undefined;
  readonly resource?: string | undefined;
  readonly name?: string | undefined;
  readonly verb?: string | undefined;
  readonly decision?: string | undefined;
  readonly rule?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** Each must stand in the path, the command that runs in a container, or what the caller says it runs; in whatever case. */
  readonly words: readonly string[];
}

/** Gathers exchanges that fit from events in order: the last `exchangesMax`. Memory is bounded by them, and by those that are open. */
export class FittingExchanges {
  readonly #search: ExchangeSearch;
  readonly #words: readonly string[];
  readonly #exchangesMax: number;
  readonly #open = new Map<ExchangeId, ExchangeView>();
  /** What is kept of one may be told behind its end. */
  readonly #ended = new Map<ExchangeId, ExchangeView>();
  readonly #found: ExchangeView[] = [];

  constructor(search: ExchangeSearch, exchangesMax: number) {
    this.#search = search;
    this.#words = search.words.map((word) => word.toLowerCase());
    this.#exchangesMax = exchangesMax;
  }

  add(event: Event): void {
    if (event.type === 'exchange.begun') {
      const { type: _, ...begun } = event;
      if (this.#fits(event)) this.#open.set(event.exchange, { begun });
    } else if (event.type === 'exchange.permitted') {
      const view = this.#open.get(event.exchange);
      if (view !== undefined) view.permittedBy = event.rule;
    } else if (event.type === 'exchange.ended') {
      const view = this.#open.get(event.exchange);
      if (view === undefined) return;
      this.#open.delete(event.exchange);
      const { type: _, exchange: __, session: ___, ...ended } = event;
      const kept = { ...view, ended };
      this.#keep(kept);
      this.#ended.set(event.exchange, kept);
      if (this.#ended.size > this.#exchangesMax) this.#ended.delete(this.#ended.keys().next().value as ExchangeId);
    } else if (event.type === 'exchange.recorded' && event.end?.files !== undefined) {
      const view = this.#open.get(event.exchange) ?? this.#ended.get(event.exchange);
      if (view !== undefined) view.files = event.end.files;
    }
  }

  /** In the order in which they ended, those that are open last. */
  list(): readonly ExchangeView[] {
    for (const view of this.#open.values()) this.#keep(view);
    this.#open.clear();
    return this.#found;
  }

  #keep(view: ExchangeView): void {
    const { decision, rule } = this.#search;
    const answered = view.ended?.decision;
    if (decision !== undefined && answered?.effect !== decision) return;
    if (rule !== undefined && (answered?.rule ?? view.permittedBy) !== rule) return;
    if (this.#found.push(view) > this.#exchangesMax) this.#found.shift();
  }

  #fits({ at, caller, target, operation }: ExchangeBegun): boolean {
    const { sinceMs, untilMs, ...asked } = this.#search;
    if (at < (sinceMs ?? 0) || at >= (untilMs ?? Number.POSITIVE_INFINITY)) return false;
    if (asked.subject !== undefined && caller.subject !== asked.subject) return false;
    if (asked.target !== undefined && target !== asked.target) return false;
    for (const field of ['namespace', 'resource', 'name', 'verb'] as const)
      if (asked[field] !== undefined && operation?.[field] !== asked[field]) return false;
    if (this.#words.length === 0) return true;
    const { path = '', stream, claimed } = operation ?? {};
    const said = [path, ...(stream?.argv ?? []), claimed?.command ?? ''].join(' ').toLowerCase();
    return this.#words.every((word) => said.includes(word));
  }
}
