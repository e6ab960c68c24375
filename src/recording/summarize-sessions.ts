import type { ExchangeId, SessionId } from '../std/ids.ts';
import type { CallerThrottled, Event, ExchangeBegun, Outcome, RecordedCaller } from './event.ts';
import type { KeptFiles } from './keeping.ts';

/** After this time without an exchange, the caller's next one begins a new session. */
export const SESSION_IDLE_MAX_MS = 15 * 60 * 1000;

/** A session in one line. */
export interface SessionSummary {
  readonly session: SessionId;
  readonly subject: string;
  readonly issuer: string;
  readonly kind: RecordedCaller['kind'];
  readonly target: string;
  readonly startedAt: number;
  lastAt: number;
  exchanges: number;
  refused: number;
  /** Broken or lost, or abandoned by its caller; a watch or another stream that had begun is not, since who has had enough of one closes it. */
  failed: number;
  /** Begun and not ended yet. */
  open: number;
  /** Only planned (`sallyport plan`): whatever became of them, they are no refusals. */
  planned: number;
  /** Requests of its caller, on whatever target, that were refused while it lasted because they came too fast; they are no exchanges. */
  throttled: number;
}

export interface SessionFilter {
  readonly subject?: string;
  readonly target?: string;
  /** Sessions without an event since this instant are left out. */
  readonly sinceMs?: number;
  /** The newest sessions are kept; never more of them are held in memory. */
  readonly sessionsMax: number;
}

/**
 * Gathers sessions from events in order. Memory is bounded by `sessionsMax`: ids sort by the time a session started, so one that is older than
 * all that are kept is never needed again.
 */
export class SessionSummaries {
  readonly #filter: SessionFilter;
  readonly #sessions = new Map<SessionId, SessionSummary>();
  readonly #ofCaller = new Map<string, Set<SessionSummary>>();
  /** What is open and has no end of its own. */
  readonly #streams = new Set<ExchangeId>();
  /** What is open and only planned. */
  readonly #planned = new Set<ExchangeId>();
  /** No session up to this id is taken any more. */
  #forgottenUpTo = '';

  constructor(filter: SessionFilter) {
    this.#filter = filter;
  }

  add(event: Event): void {
    if (event.type === 'exchange.begun') {
      const summary = this.#sessions.get(event.session) ?? this.#begin(event);
      if (summary === undefined) return;
      summary.exchanges += 1;
      summary.open += 1;
      if (event.planned === true) {
        summary.planned += 1;
        this.#planned.add(event.exchange);
      }
      if (event.operation?.verb === 'watch' || event.operation?.stream !== undefined) this.#streams.add(event.exchange);
      summary.lastAt = Math.max(summary.lastAt, event.at);
    } else if (event.type === 'exchange.ended') {
      const isStream = this.#streams.delete(event.exchange);
      const isPlanned = this.#planned.delete(event.exchange);
      const summary = this.#sessions.get(event.session);
      if (summary === undefined) return;
      summary.open -= 1;
      summary.lastAt = Math.max(summary.lastAt, event.at);
      if (event.outcome.kind === 'refused') summary.refused += isPlanned ? 0 : 1;
      else if (!isGood(event.outcome, isStream)) summary.failed += 1;
    } else if (event.type === 'caller.throttled') {
      for (const summary of this.#ofCaller.get(callerOf(event.caller)) ?? [])
        if (isWithin(event, summary.lastAt)) summary.throttled += event.requests;
    }
  }

  /** Whether none that fits was left out for those that are newer. */
  get isWhole(): boolean {
    return this.#forgottenUpTo === '';
  }

  /** The sessions, the newest first. */
  list(): readonly SessionSummary[] {
    const sinceMs = this.#filter.sinceMs ?? 0;
    return [...this.#sessions.values()]
      .filter(({ lastAt }) => lastAt >= sinceMs)
      .sort((a, b) => (a.session < b.session ? 1 : -1));
  }

  #begin(event: ExchangeBegun): SessionSummary | undefined {
    const { session, caller, target, at } = event;
    if (this.#filter.subject !== undefined && caller.subject !== this.#filter.subject) return undefined;
    if (this.#filter.target !== undefined && target !== this.#filter.target) return undefined;
    if (session <= this.#forgottenUpTo) return undefined;
    const { subject, issuer, kind } = caller;
    const summary = {
      session,
      subject,
      issuer,
      kind,
      target,
      startedAt: at,
      lastAt: at,
      exchanges: 0,
      refused: 0,
      failed: 0,
      open: 0,
      planned: 0,
      throttled: 0,
    };
    this.#keep(summary);
    if (this.#sessions.size <= this.#filter.sessionsMax) return summary;
    const oldest = [...this.#sessions.keys()].reduce((a, b) => (a < b ? a : b));
    this.#forget(oldest);
    return oldest === session ? undefined : summary;
  }

  #keep(summary: SessionSummary): void {
    this.#sessions.set(summary.session, summary);
    const key = callerOf(summary);
    const own = this.#ofCaller.get(key) ?? new Set();
    this.#ofCaller.set(key, own.add(summary));
  }

  #forget(session: SessionId): void {
    const summary = this.#sessions.get(session) as SessionSummary;
    const key = callerOf(summary);
    this.#sessions.delete(session);
    this.#forgottenUpTo = session;
    const own = this.#ofCaller.get(key);
    own?.delete(summary);
    if (own?.size === 0) this.#ofCaller.delete(key);
  }
}

function isGood(outcome: Outcome, isStream: boolean): boolean {
  return outcome.kind === 'answered' || (isStream && outcome.kind === 'abandoned' && outcome.status !== undefined);
}

function callerOf({ subject, issuer }: Pick<RecordedCaller, 'subject' | 'issuer'>): string {
  return JSON.stringify([issuer, subject]);
}

/** Whether a count began before a session, whose last exchange was at `lastAt`, had ended. */
function isWithin({ since }: CallerThrottled, lastAt: number): boolean {
  return since <= lastAt + SESSION_IDLE_MAX_MS;
}

/** An exchange from its events. */
export interface ExchangeView {
  readonly begun: Omit<ExchangeBegun, 'type'>;
  /** The rule that permitted it, where that was written. */
  permittedBy?: string;
  /** Absent while it is open. */
  ended?: Omit<Extract<Event, { type: 'exchange.ended' }>, 'type' | 'exchange' | 'session'>;
  /** The files of an archive that it moved (`kubectl cp`), with how many they were. */
  files?: KeptFiles;
  /** Requests of its caller, on whatever target, that were refused because they came too fast, between this exchange and the next. */
  throttled?: Pick<CallerThrottled, 'since' | 'at' | 'requests'>;
}

/** Gathers the exchanges of one session from events in order: the last `exchangesMax`, in the order in which they began. */
export class SessionExchanges {
  readonly #session: string;
  readonly #exchangesMax: number;
  readonly #exchanges = new Map<ExchangeId, ExchangeView>();
  #last: ExchangeView | undefined;
  #left = 0;

  constructor(session: string, exchangesMax: number) {
    this.#session = session;
    this.#exchangesMax = exchangesMax;
  }

  /** How many older exchanges were left out. */
  get leftOut(): number {
    return this.#left;
  }

  add(event: Event): void {
    if (event.type === 'exchange.begun' && event.session === this.#session) {
      const { type: _, ...begun } = event;
      this.#last = { begun };
      this.#exchanges.set(event.exchange, this.#last);
      if (this.#exchanges.size > this.#exchangesMax) this.#dropOldest();
    } else if (event.type === 'exchange.permitted') {
      const view = this.#exchanges.get(event.exchange);
      if (view !== undefined) view.permittedBy = event.rule;
    } else if (event.type === 'exchange.ended') {
      const view = this.#exchanges.get(event.exchange);
      const { type: _, exchange: __, session: ___, ...ended } = event;
      if (view !== undefined) view.ended = ended;
    } else if (event.type === 'exchange.recorded') {
      const view = this.#exchanges.get(event.exchange);
      if (view !== undefined && event.end?.files !== undefined) view.files = event.end.files;
    } else if (event.type === 'caller.throttled') this.#throttled(event);
  }

  #throttled(event: CallerThrottled): void {
    const last = this.#last;
    if (last === undefined || callerOf(last.begun.caller) !== callerOf(event.caller)) return;
    if (!isWithin(event, last.begun.at)) return;
    const { since = event.since, requests = 0 } = last.throttled ?? {};
    last.throttled = { since, at: event.at, requests: requests + event.requests };
  }

  list(): readonly ExchangeView[] {
    return [...this.#exchanges.values()];
  }

  #dropOldest(): void {
    for (const exchange of this.#exchanges.keys()) {
      this.#exchanges.delete(exchange);
      this.#left += 1;
      return;
    }
  }
}
