/*
 * What each caller was refused last, so that it can be told again: kubectl shows one sentence of a refusal, and a program's log may have less. In memory, at
 * the gateway that refused: the journal is what lasts.
 */
import { askerOf } from '../model/asker-of.ts';
import type { Caller } from '../model/caller.ts';
import { type AskedBy, askedBy, isOwn } from '../model/is-own.ts';
import type { Refusal } from '../model/refusal.ts';

/** Limits of what is kept. */
export const REFUSAL_LIMITS = Object.freeze({
  /** Refusals of one caller, or of one program of theirs; older ones are forgotten. */
  keptPerCallerMax: 20,
  /** Callers of whom any are kept, each program of somebody's apart; of more, the one that was refused nothing for longest is forgotten. */
  callersMax: 2_000,
  /** Refusals that one is told: one's own and those of one's programs. */
  toldMax: 100,
});

/** A refusal as its caller was told it. */
export interface KeptRefusal {
  readonly exchange: string;
  readonly at: number;
  readonly target: string;
  readonly refusal: Refusal;
}

/** The last refusals of each caller. */
export class Refusals {
  /** By who asked; the one that was refused last comes last. */
  readonly #kept = new Map<string, { readonly by: AskedBy; readonly refusals: readonly KeptRefusal[] }>();

  keep(caller: Caller, kept: KeptRefusal): void {
    const key = JSON.stringify(askerOf(caller));
    const before = this.#kept.get(key)?.refusals ?? [];
    this.#kept.delete(key);
    const refusals = [kept, ...before.slice(0, REFUSAL_LIMITS.keptPerCallerMax - 1)];
    this.#kept.set(key, { by: askedBy(caller), refusals });
    if (this.#kept.size <= REFUSAL_LIMITS.callersMax) return;
    const [oldest] = this.#kept.keys();
    this.#kept.delete(oldest as string);
  }

  /** Those that are the own of who looks, the last first. Security: nobody is told another's. */
  of(viewer: AskedBy): readonly KeptRefusal[] {
    return [...this.#kept.values()]
      .filter(({ by }) => isOwn(by, viewer))
      .flatMap(({ refusals }) => refusals)
      .sort((a, b) => b.at - a.at)
      .slice(0, REFUSAL_LIMITS.toldMax);
  }
}
