/*
 * The gateway's own tokens that are in force, in memory: who presents one is found without the store. What the store cannot be heard of counts as ended.
 */

import { hash } from 'node:crypto';
import type { Caller } from '../model/caller.ts';
import type { ChangeListener, RowKind, Store } from '../store/store.ts';
import { EndedVersions } from './ended-versions.ts';
import { HeardChanges } from './heard-changes.ts';
import { storeUnavailable } from './store-unavailable.ts';
import { dueTokenEnd, type KeptToken, type TokenEndedBy, tokenOf } from './token-row.ts';

interface Parts {
  readonly store: Store;
  /** Ends the streams of a token. */
  readonly endStreams: (token: string, reason: string) => void;
  /** Keeps that a token has ended. */
  readonly writeEnd: (id: string, by: TokenEndedBy) => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** Limit: rows that are read at once. */
const ROWS_MAX = 100_000;

/** How often what ends by itself is looked for, in milliseconds. */
const LOOK_EVERY_MS = 250;

interface Held {
  readonly token: KeptToken;
  readonly version: number;
  readonly caller: Caller;
}

const END_WORDS: Readonly<Record<TokenEndedBy, string>> = Object.freeze({
  time: 'its time is over',
  lease: 'whoever held it is gone',
  giver: 'its giver took it back',
  operator: 'an operator ended it',
  kill: 'an operator has stopped its giver',
});

/** Tokens in force. */
export class LiveTokens implements ChangeListener {
  readonly #parts: Parts;
  readonly #held = new Map<string, Held>();
  readonly #ended: EndedVersions;
  readonly #heard: HeardChanges;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#ended = new EndedVersions(() => parts.store.now());
    this.#heard = new HeardChanges({
      read: (_, id) => this.#read(id),
      now: () => parts.store.now(),
      onFailure: parts.onFailure,
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Who presents the token of an id; undefined where it is not in force.
   *
   * @throws {Refusal} STORE_UNAVAILABLE it cannot be known whether it still is
   */
  callerOf(id: string): Caller | undefined {
    const { store } = this.#parts;
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    if (!store.isHeard())
      throw storeUnavailable('other gateways are not heard, so it cannot be known whether the token is in force');
    if (this.#heard.isUnread('token', id))
      throw storeUnavailable('the token was changed, and the change could not be read yet');
    return dueTokenEnd(held.token, store.now()) === undefined ? held.caller : undefined;
  }

  /** Takes a token as it is in the store now. Security: one that was read before its end, and told after it, is not in force again. Test: `T60: a token that has ended …`. */
  take({ token, version }: { readonly token: KeptToken; readonly version: number }): void {
    const known = this.#held.get(token.id);
    if (known !== undefined && version < known.version) return;
    if (token.state === 'ended') {
      this.#ended.note(token.id, version);
      this.#drop(token.id, token.endedBy ?? 'time');
    } else if (!this.#ended.has(token.id))
      this.#held.set(token.id, { token, version, caller: known?.caller ?? callerFor(token) });
  }

  /** Learns of a token that this gateway has not heard of yet. @throws {StoreError} */
  async lookUp(id: string): Promise<void> {
    if (this.#held.has(id)) return;
    const row = await this.#parts.store.get('token', id);
    if (row !== undefined) this.take(tokenOf(row));
  }

  changed(kind: RowKind, id: string): void {
    if (kind === 'token') this.#heard.hear(kind, id);
  }

  async #read(id: string): Promise<void> {
    const row = await this.#parts.store.get('token', id);
    if (row === undefined) this.#drop(id, 'time');
    else this.take(tokenOf(row));
  }

  readAgain(): Promise<void> {
    return this.#heard.all(() => this.#readAll());
  }

  async #readAll(): Promise<void> {
    const live = await this.#parts.store.list('token', { state: 'live', limit: ROWS_MAX });
    const found = new Set(live.map(({ id }) => id));
    for (const id of this.#held.keys()) if (!found.has(id)) this.#drop(id, 'giver');
    for (const row of live) this.take(tokenOf(row));
  }

  lost(): void {
    for (const id of this.#held.keys())
      this.#parts.endStreams(id, 'the gateways cannot hear each other, and the token may have ended');
  }

  /** Ends what ends by itself; called by a timer. */
  look(): void {
    for (const { id } of this.#heard.retry())
      this.#parts.endStreams(id, 'the token was changed, and the change cannot be read');
    if (this.#held.size === 0) return;
    const now = this.#parts.store.now();
    for (const { token } of [...this.#held.values()]) {
      const due = dueTokenEnd(token, now);
      if (due === undefined) continue;
      this.#drop(token.id, due);
      this.#parts
        .writeEnd(token.id, due)
        .catch((error: unknown) => this.#parts.onFailure(`the end of token ${token.id} could not be kept`, error));
    }
  }

  #drop(id: string, by: TokenEndedBy): void {
    if (this.#held.delete(id)) this.#parts.endStreams(id, `the token has ended: ${END_WORDS[by]}`);
  }
}

/** Security: always a program, whoever gave it the token; what is the giver's by kind is not its. */
function callerFor({ id, giver, task, targets, scopes, endsAt }: KeptToken): Caller {
  return Object.freeze({
    subject: giver.subject,
    groups: Object.freeze([...giver.groups]),
    issuer: giver.issuer,
    kind: 'autonomous',
    labels: Object.freeze({ ...giver.labels }),
    // Security: T61. What a program asks is its giver's own question, by whichever identity they would answer it.
    ...(giver.person === undefined ? {} : { person: giver.person }),
    run: runOfToken(id),
    issued: Object.freeze({ id, task, targets, ...(scopes === undefined ? {} : { scopes }) }),
    tokenEndsAt: endsAt,
    tokenDigest: hash('sha256', `issued ${id}`, 'base64url'),
  } as const);
}

/** The run that a token is of: what is granted to its bearer is bound to it. */
export function runOfToken(id: string): string {
  return JSON.stringify(['issued', id]);
}
