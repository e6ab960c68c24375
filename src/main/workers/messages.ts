/*
 * What a gateway's parent and its workers say to each other. The parent passes on, counts what callers may ask, and starts and stops workers; it reads no request, knows no
 * policy and holds no credential.
 */

import type { Ports } from './choose-ports.ts';

/** What every other worker is told. */
export type Told = 'change' | 'unknown' | 'in-flight' | 'held' | 'policy' | 'kills' | 'watch' | 'exchange';

/** What every other worker is asked. */
export type Asked = 'under-way' | 'end-exchange' | 'refusals' | 'seals' | 'session-so-far' | 'status';

/** What the parent asks each worker. */
export type AskedByParent = 'readiness' | 'metrics';

/** Where a worker serves. */
export interface Served {
  readonly url: string;
  readonly consoleUrl?: string | undefined;
  readonly targetPorts: Readonly<Record<string, number>>;
}

/** How a worker begins: the configuration is the text that the gateway was started with, whatever its file is by now. */
export interface Beginning {
  readonly worker: number;
  readonly file: string;
  readonly text: string;
  readonly logLevel: string;
  readonly ports: Ports;
  /** Where those before it serve; undefined for the very first. */
  readonly served: Served | undefined;
}

/** What a worker says to its parent. */
export type ToParent =
  | { readonly kind: 'ready' }
  | { readonly kind: 'serves'; readonly served: Served }
  /** It cannot start, in a sentence for the operator. */
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'tell'; readonly what: Told; readonly body: unknown }
  | { readonly kind: 'ask'; readonly id: number; readonly what: Asked; readonly body: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly body: unknown }
  | { readonly kind: 'beat'; readonly beat: number }
  | { readonly kind: 'take'; readonly id: number; readonly key: string; readonly tokensMax: number }
  | {
      readonly kind: 'owe';
      readonly id: number;
      readonly key: string;
      readonly tokens: number;
      readonly debtMax: number;
    }
  | { readonly kind: 'charge'; readonly key: string; readonly tokens: number; readonly debtMax: number };

/** What the parent says to a worker. */
export type ToWorker =
  | { readonly kind: 'begin'; readonly beginning: Beginning }
  | { readonly kind: 'told'; readonly what: Told; readonly body: unknown }
  | { readonly kind: 'asked'; readonly id: number; readonly what: Asked | AskedByParent; readonly body: unknown }
  /** The answers of the others; those of workers that ended or did not answer in time are missing. */
  | { readonly kind: 'answers'; readonly id: number; readonly bodies: readonly unknown[] }
  | { readonly kind: 'beat'; readonly beat: number }
  | { readonly kind: 'taken'; readonly id: number; readonly tokens: number }
  /** Another worker has ended: it may not have told what it had changed. */
  | { readonly kind: 'missed' }
  /** Another worker serves now. */
  | { readonly kind: 'joined' }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'hurry' }
  | { readonly kind: 'look' };

/** Limits of workers and their parent; documented in docs/reference/limits.md. */
export const WORKER_LIMITS = Object.freeze({
  /** How long a worker may take to answer what another, or the parent, asks it. */
  workerAnswerMs: 2_000,
  /** How long a worker waits for what it asks of the parent, which asks the others; then nobody has answered, and there is no token of a rate. */
  parentAnswerMs: 5_000,
  /** How often a worker tells the parent that it lives, and hears that the parent does. */
  workerBeatMs: 1_000,
  /** A worker of which the parent has heard nothing for so long is ended and replaced. */
  workerHungMs: 30_000,
  /** How much longer than `drainMs` and `stopTimeoutMs` a worker may take to stop before it is ended. */
  workerStopMarginMs: 20_000,
  /** Workers that ended within `restartWindowMs` and are replaced at once; the next waits, twice as long each time. */
  restartsAtOnceMax: 3,
  /** How long an end of a worker counts. */
  restartWindowMs: 60_000,
  /** How long a worker is waited with at most before it is replaced. */
  restartWaitMaxMs: 30_000,
  /** What a worker may have on its way to the parent before what is only shown (exchanges that somebody watches) is left out. */
  workerQueueMax: 1_000,
});
