/*
 * One notice on its way to one notifier: waiting, with what came of the tries so far, or given up, which an operator sees and can begin anew. What arrived is kept no
 * longer. Pure.
 */
import { hash } from 'node:crypto';
import type { Notice } from './notice.ts';

/** Limits of notices; documented in docs/reference/limits.md. */
export const NOTICE_LIMITS = Object.freeze({
  /** How long one try may take. */
  sendTimeoutMs: 10_000,
  /** Tries until it is given up: for some six hours. */
  triesMax: 16,
  /** How long after the first failure it is tried again; each time twice as long. */
  retryMs: 5_000,
  /** The longest time between two tries. */
  retryMaxMs: 3_600_000,
  /** How long a gateway that tries has before another one may. */
  leaseMs: 30_000,
  /** Notices that wait; more are given up at once. */
  waitingMax: 5_000,
  /** Notices that were given up and are kept; beyond it the oldest are forgotten. */
  deadMax: 1_000,
  /** How often those are counted. */
  countEveryMs: 30_000,
  /** Notices that are tried at once. */
  atOnceMax: 8,
  /** Characters of an answer that is kept as the reason of a failure. */
  reasonCharactersMax: 300,
});

/** A notice for one notifier. */
export interface Delivery {
  readonly id: string;
  readonly notifier: string;
  readonly notice: Notice;
  readonly state: 'waiting' | 'dead';
  readonly tries: number;
  /** Not before. */
  readonly nextAt: number;
  /** Why the last try failed; empty before the first. */
  readonly failure: string;
}

/** One that is to be sent, not before the notice's own instant. */
export function newDelivery(notice: Notice, notifier: string): Delivery {
  // Sorts by time, and is the same however often the same is told.
  const id = notice.at.toString(36).padStart(9, '0') + hash('sha256', `${notice.id} ${notifier}`, 'hex').slice(0, 24);
  return { id, notifier, notice, state: 'waiting', tries: 0, nextAt: notice.at, failure: '' };
}

/** The same while a gateway tries; undefined where it is not due, or somebody else tries. */
export function begun(delivery: Delivery, nowMs: number): Delivery | undefined {
  if (delivery.state !== 'waiting' || nowMs < delivery.nextAt) return undefined;
  return { ...delivery, tries: delivery.tries + 1, nextAt: nowMs + NOTICE_LIMITS.leaseMs };
}

/** The same after a try that failed. `isHopeless`: trying again changes nothing. */
export function failed(delivery: Delivery, reason: string, nowMs: number, isHopeless = false): Delivery {
  const { triesMax, retryMs, retryMaxMs, reasonCharactersMax } = NOTICE_LIMITS;
  const failure = reason.slice(0, reasonCharactersMax);
  if (isHopeless || delivery.tries >= triesMax) return { ...delivery, state: 'dead', failure };
  return { ...delivery, failure, nextAt: nowMs + Math.min(retryMaxMs, retryMs * 2 ** (delivery.tries - 1)) };
}

/** One that was given up, as new. */
export function begunAnew(delivery: Delivery, nowMs: number): Delivery {
  return { ...delivery, state: 'waiting', tries: 0, nextAt: nowMs };
}
