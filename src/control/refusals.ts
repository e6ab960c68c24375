/*
 * What each caller was refused last, so that it can be told again: kubectl shows one sentence of a refusal, and a program's log may have less. In memory, at
 * the gateway that refused: the journal is what lasts.
 */
import { type Caller, callerKey } from '../model/caller.ts';
import { type AskedBy, askedBy, isOwn } from '../model/is-own.ts';
import type { Refusal } from '../model/refusal.ts';

/** Limits of what is kept. */
export const REFUSAL_LIMITS = Object.freeze({
  /** Refusals of one caller; older ones are forgotten. */
  keptPerCallerMax: 20,
  /** Callers of whom any are kept; of more, the one that was refused nothing for longest is forgotten. */
  callersMax: 2_000,
});

/** A refusal as its caller was told it. */
export interface KeptRefusal {
  readonly exchange: string;
  readonly at: number;
  readonly target: string;
  readonly refusal: Refusal;
}

interface OwnRefusal extends KeptRefusal {
  readonly by: AskedBy;
}

/** The last refusals of each caller. */
export class Refusals {
  /** The caller that was refused last comes last. */
  readonly #byCaller = new Map<string, readonly OwnRefusal[]>();

  keep(caller: Caller, kept: KeptRefusal): void {
    const key = callerKey(caller);
    const before = this.#byCaller.get(key) ?? [];
    this.#byCaller.delete(key);
    this.#byCaller.set(key, [
      { ...kept, by: askedBy(caller) },
      ...before.slice(0, REFUSAL_LIMITS.keptPerCallerMax - 1),
    ]);
    if (this.#byCaller.size <= REFUSAL_LIMITS.callersMax) return;
    const [oldest] = this.#byCaller.keys();
    this.#byCaller.delete(oldest as string);
  }

  /** Those that are the own of who looks, the last first. Security: nobody is told another's. */
  of(viewer: AskedBy): readonly KeptRefusal[] {
    return (this.#byCaller.get(callerKey(viewer)) ?? []).filter(({ by }) => isOwn(by, viewer));
  }
}
