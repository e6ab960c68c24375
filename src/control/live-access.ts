/*
 * The grants and kills in force at this gateway, as the data path asks for them: in memory, kept to the store by `changes`. What ends is taken out here at
 * once, its streams are ended, and then the store is told; what the store says is never taken where it is older than what was seen.
 */

import { dueEnd, type EndedBy, type Grant, isFor, underTerms, used } from '../grant/grant.ts';
import { ruleDigest } from '../grant/rule-digest.ts';
import { actsForAnother } from '../model/acts-for-another.ts';
import type { Caller } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Access } from '../pipeline/access.ts';
import type { GrantedScope } from '../policy/grant-scope.ts';
import type { RequestTerms } from '../policy/rule.ts';
import { partsOf, type RuleSet } from '../policy/rule-set.ts';
import { unreachable } from '../std/unreachable.ts';
import { type ChangeListener, type RowKind, type Store, StoreError } from '../store/store.ts';
import { ByCaller } from './by-caller.ts';
import { EndedVersions } from './ended-versions.ts';
import { HeardChanges } from './heard-changes.ts';
import { LiveKills } from './live-kills.ts';
import { grantOf, grantRow, type KeptGrant, type Kill, killOf, LIVE_ROWS_MAX } from './row-body.ts';
import { storeUnavailable } from './store-unavailable.ts';

/** How often what ends by itself is looked for, in milliseconds; a request looks for itself. */
export const LOOK_EVERY_MS = 250;

/** What is under way, to be ended. */
export interface UnderWayPort {
  endGrant(grant: string, reason: string): void;
  endKilled(kill: Kill, reason: string): void;
  /** Whether a stream is open that hangs on the grant. */
  isStreaming(grant: string): boolean;
}

interface Parts {
  readonly store: Store;
  readonly rules: () => RuleSet;
  readonly underWay: UnderWayPort;
  /** Whether the store has not taken a kill yet. */
  readonly isHeldKill: (id: string) => boolean;
  /** Where other workers of this gateway may have read newer policy files than this one: reads them now. */
  readonly lookAtRules?: (() => Promise<void>) | undefined;
  /** Writes the end of a grant to store and journal; `seenUsedAt`: when it was used last, as far as it is known here. */
  readonly writeEnd: (id: string, by: EndedBy, seenUsedAt: number) => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

interface Held extends KeptGrant {
  /** Under the terms that its rules have now. */
  readonly bounded: Grant;
  readonly scopes: readonly GrantedScope[];
}

/** The live grants of one caller, as its requests ask for them. */
interface Own {
  readonly held: readonly Held[];
  /** All their scopes, the same list at each request. */
  readonly scopes: readonly GrantedScope[];
  /** Whether any is of one run, or of who acts for the caller, alone. */
  readonly isBound: boolean;
}

interface RuleTerms {
  readonly digest: string;
  readonly terms: RequestTerms;
}

/** Why a stream ends with its grant, as its client and the journal are told. */
export const END_WORDS: Readonly<Record<EndedBy, string>> = Object.freeze({
  time: 'the grant ended: its time is over',
  uses: 'the grant ended: it has no use left',
  idle: 'the grant ended: it was not used',
  release: 'the grant ended: it was given back',
  revocation: 'the grant was revoked',
  rule: 'the grant ended: its rule changed',
  kill: 'an operator has stopped it',
  unanswered: 'the grant was not answered in time',
  rejection: 'the grant was asked for, and a person said no',
  restore: 'the grant ended: the store was restored',
});

/** Grants and kills in force. */
export class LiveAccess implements Pick<Access, 'grantsOf' | 'use' | 'refuseKilled'>, ChangeListener {
  readonly kills = new LiveKills();
  readonly #parts: Parts;
  readonly #held = new Map<string, Held>();
  readonly #byCaller = new ByCaller<Own>();
  readonly #ended: EndedVersions;
  readonly #listeners = new Set<(kept: KeptGrant) => void>();
  readonly #killListeners = new Set<(kill: Kill) => void>();
  readonly #heard: HeardChanges;
  #rulesSeen: RuleSet | undefined;
  #terms = new Map<string, RuleTerms>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#ended = new EndedVersions(() => parts.store.now());
    this.#heard = new HeardChanges({
      read: (kind, id) => this.#read(kind, id),
      now: () => parts.store.now(),
      onFailure: parts.onFailure,
    });
  }

  start(): void {
    this.#takeRules();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  grantsOf(caller: Caller): readonly GrantedScope[] | undefined {
    if (this.#byCaller.isEmpty) return undefined;
    if (this.#parts.rules() !== this.#rulesSeen) this.#rulesChanged();
    const own = this.#byCaller.get(caller);
    if (own === undefined) return undefined;
    if (!own.isBound && !actsForAnother(caller)) return own.scopes;
    const usable = own.held.filter(({ grant }) => isFor(grant, caller));
    return usable.length === 0 ? undefined : usable.flatMap(({ scopes }) => scopes);
  }

  async use(id: string): Promise<void> {
    const { store } = this.#parts;
    const held = this.#held.get(id);
    if (held === undefined || held.grant.state !== 'live') throw grantEnded('it has ended');
    if (!store.isHeard())
      throw storeUnavailable('other gateways are not heard, so it cannot be known whether the grant still lives');
    if (this.#heard.isUnread('grant', id))
      throw storeUnavailable('the grant was changed, and the change could not be read yet');
    const now = store.now();
    const due = dueEnd(held.bounded, now);
    if (due !== undefined) throw grantEnded(END_WORDS[due]);
    if (held.bounded.usesMax !== undefined) await this.#countUse(id, held.bounded.usesMax);
    else this.#touch(held, now);
  }

  /** Tells of each grant as it changes, until the returned function is called. */
  onGrant(listener: (kept: KeptGrant) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells of each stop as it is set and lifted, until the returned function is called. */
  onKill(listener: (kill: Kill) => void): () => void {
    this.#killListeners.add(listener);
    return () => this.#killListeners.delete(listener);
  }

  refuseKilled(caller: Caller, target: string, session: string): void {
    if (!this.kills.isEmpty) this.kills.refuse(caller, target, session);
  }

  /** Grants that are live or pending here. */
  list(): readonly Grant[] {
    return [...this.#held.values()].map(({ bounded }) => bounded);
  }

  // What the store tells.

  changed(kind: RowKind, id: string): void {
    this.#heard.hear(kind, id);
  }

  readAgain(): Promise<void> {
    return this.#heard.all(() => this.#readAll());
  }

  async #readAll(): Promise<void> {
    const { store, isHeldKill } = this.#parts;
    const before = new Set(this.kills.list().map(({ id }) => id));
    const [live, pending, kills] = await Promise.all([
      store.list('grant', { state: 'live', limit: LIVE_ROWS_MAX }),
      store.list('grant', { state: 'pending', limit: LIVE_ROWS_MAX }),
      store.list('kill', { state: 'live', limit: LIVE_ROWS_MAX }),
    ]);
    const found = new Map([...live, ...pending].map((row) => [row.id, grantOf(row)]));
    for (const id of this.#held.keys()) if (!found.has(id)) await this.#read('grant', id);
    for (const kept of found.values()) this.take(kept);
    // Security: a kill that was set after the list was made is not in it, and holds.
    this.kills.replace(kills.map(killOf), (id) => isHeldKill(id) || !before.has(id));
    for (const kill of this.kills.list()) this.takeKill(kill);
  }

  lost(): void {
    for (const { grant } of this.#held.values())
      if (grant.state === 'live')
        this.#parts.underWay.endGrant(grant.id, 'the gateways cannot hear each other, and the grant may have ended');
  }

  /** Takes a grant as it is in the store now. `isLooked`: the policy files have been looked at for it. */
  take(kept: KeptGrant, isLooked = false): void {
    // It may have been given by rules that came a moment ago.
    if (this.#parts.rules() !== this.#rulesSeen) this.#rulesChanged();
    const { id, state } = kept.grant;
    const known = this.#held.get(id)?.version ?? this.#ended.get(id) ?? 0;
    if (kept.version < known) return;
    if (kept.version > known) for (const listener of this.#listeners) listener(kept);
    if (state === 'ended') {
      this.#ended.note(id, kept.version);
      this.#drop(id, kept.grant.endedBy ?? 'time');
      return;
    }
    if (this.#ended.has(id)) return;
    const bounded = underTerms(kept.grant, this.#termsOf);
    if (bounded === undefined && !isLooked && !this.#held.has(id) && this.#parts.lookAtRules !== undefined) {
      void this.#parts.lookAtRules().finally(() => this.take(kept, true));
      return;
    }
    if (bounded === undefined) {
      this.#drop(id, 'rule');
      this.#writeEnd(kept.grant, 'rule');
      return;
    }
    const scopes = kept.grant.parts.map(({ rule, scope }) => ({ grant: id, rule, scope }));
    this.#held.set(id, { ...kept, bounded, scopes });
    this.#index(id, kept.grant.holder);
  }

  /** Takes a kill, and ends what it stops. */
  takeKill(kill: Kill): void {
    this.kills.set(kill);
    for (const listener of this.#killListeners) listener(kill);
    if (kill.liftedAt === undefined) this.#parts.underWay.endKilled(kill, `${END_WORDS.kill}: ${kill.reason}`);
  }

  /** Ends what ends by itself; called by a timer. */
  look(): void {
    for (const { kind, id } of this.#heard.retry())
      if (kind === 'grant') this.#parts.underWay.endGrant(id, 'the grant was changed, and the change cannot be read');
    if (this.#held.size === 0) return;
    if (this.#parts.rules() !== this.#rulesSeen) this.#rulesChanged();
    const now = this.#parts.store.now();
    for (const held of [...this.#held.values()]) {
      const { grant, bounded } = held;
      if (bounded.idleMaxMs !== undefined && this.#parts.underWay.isStreaming(grant.id)) this.#touch(held, now);
      const due = dueEnd(bounded, now);
      if (due === undefined || (due === 'idle' && this.#held.get(grant.id) !== held)) continue;
      this.#drop(grant.id, due);
      this.#writeEnd(bounded, due);
    }
  }

  async #read(kind: RowKind, id: string): Promise<void> {
    const row = await this.#parts.store.get(kind, id);
    switch (kind) {
      case 'grant':
        if (row !== undefined) this.take(grantOf(row));
        else this.#drop(id, 'revocation');
        return;
      case 'kill':
        if (row !== undefined) this.takeKill(killOf(row));
        return;
      case 'answer':
      case 'key':
      case 'token':
      case 'signing-key':
      case 'mask-key':
      case 'honeytoken':
      case 'guess':
      case 'done':
      case 'approval':
      case 'question':
      case 'budget':
      case 'target':
      case 'login':
      case 'person-key':
      case 'delegation':
      case 'press':
      case 'notice':
      case 'notice-thread':
      case 'turn':
        return;
      default:
        unreachable(kind);
    }
  }

  #rulesChanged(): void {
    this.#takeRules();
    for (const held of [...this.#held.values()]) this.take(held);
  }

  readonly #termsOf = (id: string): RuleTerms | undefined => this.#terms.get(id);

  /** What each request rule says now; made once for each set of rules. */
  #takeRules(): void {
    this.#rulesSeen = this.#parts.rules();
    this.#terms = new Map(
      partsOf(this.#rulesSeen).rules.flatMap(({ rule }) =>
        rule.request === undefined ? [] : [[rule.id, { digest: ruleDigest(rule), terms: rule.request }]],
      ),
    );
  }

  #drop(id: string, by: EndedBy): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#index(id, held.grant.holder);
    if (by !== 'uses') this.#parts.underWay.endGrant(id, END_WORDS[by]);
  }

  #index(id: string, holder: Grant['holder']): void {
    const now = this.#held.get(id);
    const held = (this.#byCaller.get(holder)?.held ?? []).filter(({ grant }) => grant.id !== id);
    if (now?.grant.state === 'live') held.push(now);
    // One without a bound on its uses is used first.
    held.sort((a, b) => Number(a.bounded.usesMax !== undefined) - Number(b.bounded.usesMax !== undefined));
    if (held.length === 0) this.#byCaller.delete(holder);
    else this.#byCaller.set(holder, ownOf(held));
  }

  #writeEnd({ id, usedAt = 0 }: Grant, by: EndedBy): void {
    this.#parts
      .writeEnd(id, by, usedAt)
      .catch((error: unknown) => this.#parts.onFailure(`the end of grant ${id} could not be kept`, error));
  }

  /** T59: the use is counted before anything is sent, by the store, so that two gateways cannot both take the last. */
  async #countUse(id: string, usesMax: number): Promise<void> {
    const { store } = this.#parts;
    try {
      const kept = await store.exclusively(`grant ${id}`, async (rows) => {
        const row = await rows.get('grant', id);
        const next = row === undefined ? undefined : used({ ...grantOf(row).grant, usesMax }, store.now());
        if (row === undefined || next === undefined) throw grantEnded(END_WORDS.uses);
        const isLast = next.uses >= usesMax;
        return grantOf(await rows.put({ ...grantRow({ grant: next, version: row.version }), isQuiet: !isLast }));
      });
      this.take(kept);
    } catch (error) {
      throw error instanceof StoreError ? storeUnavailable('the use of the grant could not be counted', error) : error;
    }
  }

  /** The last use, kept to a quarter of the idle time, so that most uses cost the store nothing. */
  #touch({ grant, bounded }: Held, now: number): void {
    if (bounded.idleMaxMs === undefined) return;
    if (now - Math.max(grant.usedAt ?? 0, grant.startsAt ?? 0) < bounded.idleMaxMs / 4) return;
    const touched = this.#held.get(grant.id);
    if (touched !== undefined) this.#held.set(grant.id, { ...touched, bounded: { ...bounded, usedAt: now } });
    this.#parts.store
      .exclusively(`grant ${grant.id}`, async (rows) => {
        const row = await rows.get('grant', grant.id);
        const next = row === undefined ? undefined : used(grantOf(row).grant, now);
        if (row !== undefined && next !== undefined) await rows.put(grantRow({ grant: next, version: row.version }));
      })
      .catch((error: unknown) => this.#parts.onFailure(`the use of grant ${grant.id} could not be kept`, error));
  }
}

function ownOf(held: readonly Held[]): Own {
  return {
    held,
    scopes: held.flatMap(({ scopes }) => scopes),
    isBound: held.some(({ grant: { run, actors } }) => run !== undefined || actors !== undefined),
  };
}

function grantEnded(why: string): Refusal {
  return new Refusal('GRANT_ENDED', `${why}; nothing was done`, {
    advice: 'ask for a new grant: `sallyport grants request`',
  });
}
