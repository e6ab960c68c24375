/*
 * Masks that are remembered, with whom they were shown to: nobody has a use for one but to hand it on, so one that comes back from elsewhere says that what was shown has
 * gone where it should not. Kept in memory: a gateway that was restarted, or another one, does not know.
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

const form = new RegExp(`${textMaskPrefix}[a-z2-7]{20}`, 'gi');

export class Honeytokens {
  readonly #kept = new Map<string, Honeytoken>();

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
    const known = this.#kept.get(token);
    const { subject, issuer } = caller;
    const readers = known?.readers ?? [];
    const isKnown = readers.some((reader) => callerKey(reader) === callerKey(caller));
    this.#kept.delete(token);
    if (known === undefined && this.#kept.size >= HONEYTOKEN_LIMITS.honeytokensMax)
      this.#kept.delete(this.#kept.keys().next().value as string);
    const { target, apiGroup, resource, namespace } = operation;
    const isNoted = isKnown || readers.length >= HONEYTOKEN_LIMITS.honeytokenReadersMax;
    this.#kept.set(token, {
      ...(known ?? { mask, target, apiGroup, resource, namespace, path }),
      readers: isNoted ? readers : [...readers, { subject, issuer, at, exchange }],
    });
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
