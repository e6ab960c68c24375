/*
 * Masks that are remembered, with whom they were shown to: nobody has a use for one but to hand it on, so one that comes back from elsewhere says that what was shown has
 * gone where it should not. Kept in memory; where there is a store, `onShown` writes what is new there, and `learn` takes what other gateways have shown, and this one before it
 * was restarted.
 */
import { textMaskPrefix } from '../masking/text/text-mask.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { ExchangeId } from '../std/ids.ts';

/** The bounds of what is remembered. */
export const HONEYTOKEN_LIMITS = Object.freeze({
  /** Masks; beyond it, the one that was shown longest ago is forgotten. */
  honeytokensMax: 50_000,
  /** Callers of one mask that are remembered, the first ones. */
  honeytokenReadersMax: 20,
});

/** Whom a mask was shown to. */
export interface Reader {
  readonly subject: string;
  readonly issuer: string;
  readonly at: number;
  readonly exchange: ExchangeId;
}

/** A mask that is remembered. */
export interface Honeytoken {
  /** The id of the mask of policy. */
  readonly mask: string;
  readonly target: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  /** The place in the object, its steps joined by line feeds. */
  readonly path: string;
  readonly readers: readonly Reader[];
}

/** That a mask was shown to somebody for the first time. */
export interface Showing extends Omit<Honeytoken, 'readers'> {
  readonly token: string;
  readonly reader: Reader;
}

const form = new RegExp(`${textMaskPrefix}[a-z2-7]{20}`, 'gi');

export class Honeytokens {
  readonly #kept = new Map<string, Honeytoken>();
  /** Hears of what was shown here. */
  onShown: (showing: Showing) => void = () => {};

  /** Remembers that a mask was shown. */
  shown(
    token: string,
    {
      mask,
      path,
      caller,
      operation,
      at,
      exchange,
    }: {
      readonly mask: string;
      readonly path: string;
      readonly caller: Caller;
      readonly operation: Operation;
      readonly at: number;
      readonly exchange: ExchangeId;
    },
  ): void {
    const { subject, issuer } = caller;
    const { target, apiGroup, resource, namespace } = operation;
    const reader = { subject, issuer, at, exchange };
    const showing = { token, mask, target, apiGroup, resource, namespace, path, reader };
    if (this.#take(showing)) this.onShown(showing);
  }

  /** Remembers what another gateway has shown. */
  learn(showing: Showing): void {
    this.#take(showing);
  }

  /** Whether a reader is new. */
  #take({ token, reader, ...place }: Showing): boolean {
    const known = this.#kept.get(token);
    const readers = known?.readers ?? [];
    this.#kept.delete(token);
    if (known === undefined && this.#kept.size >= HONEYTOKEN_LIMITS.honeytokensMax)
      this.#kept.delete(this.#kept.keys().next().value as string);
    const isNew =
      readers.length < HONEYTOKEN_LIMITS.honeytokenReadersMax &&
      !readers.some((one) => callerKey(one) === callerKey(reader));
    this.#kept.set(token, { ...(known ?? place), readers: isNew ? [...readers, reader] : readers });
    return isNew;
  }

  /** Masks in a text that are remembered; in base64 too. */
  in(text: string): readonly Honeytoken[] {
    if (this.#kept.size === 0) return [];
    const texts = [
      text,
      ...(text.match(/[A-Za-z0-9+/_-]{40,}={0,2}/g) ?? []).map((one) => Buffer.from(one, 'base64').toString('latin1')),
    ];
    const found = texts.flatMap((one) => one.match(form) ?? []);
    return [...new Set(found)].flatMap((one) => this.#kept.get(one.toLowerCase()) ?? []);
  }

  get isEmpty(): boolean {
    return this.#kept.size === 0;
  }
}
