/*
 * Answering, handed to another for a time. Security: whoever is named fills a seat of the giver's only where the rule says `delegate`, and as the giver would: for as
 * long as it lasts, and as long as no operator has stopped the giver. A delegation is read from the store when it counts, so one that has ended counts nowhere.
 */
import { isSamePerson } from '../../approval/approval.ts';
import { type Delegation, lasts } from '../../approval/delegation.ts';
import { actsForAnother } from '../../model/acts-for-another.ts';
import { type Caller, callerKey } from '../../model/caller.ts';
import { DELEGATION_LIMITS } from '../../model/delegation-limits.ts';
import { Refusal } from '../../model/refusal.ts';
import type { Role } from '../../policy/role.ts';
import type { DelegationChanged } from '../../recording/delegation-changed.ts';
import { newId } from '../../std/ids.ts';
import type { RowWriter, Store } from '../../store/store.ts';
import { fromStore } from '../from-store.ts';
import { type Handed, partyOf } from '../seats.ts';
import { delegationOf, delegationRow } from './delegation-row.ts';

interface Parts {
  readonly store: Store;
  /** Resolves when the event is on the disk. */
  readonly record: (event: DelegationChanged) => Promise<void>;
  /** Whether an operator has stopped somebody, by their own name or that of the person behind them. */
  readonly isStopped: (who: Pick<Caller, 'subject' | 'person'>) => boolean;
  /** The roles that somebody holds now. */
  readonly rolesOf: (giver: Caller) => readonly Role[];
  /** Rules that name a person, or a role of theirs, and let them hand that on. */
  readonly delegable: (giver: Caller) => readonly string[];
  /** Issuers of persons, by name. */
  readonly personIssuers: ReadonlySet<string>;
}

/** Under which they change. */
const DELEGATIONS = 'delegations';

/** What is handed on. */
export interface HandedOn extends Pick<Delegation, 'rules' | 'reason'> {
  readonly to: { readonly subject: string; readonly issuer: string };
  readonly forMs: number;
}

/** Delegations, as they are given, counted and ended. */
export class Delegations {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Those that count for a person now. A program is in nobody's place.
   *
   * @param rows where it is decided by them: none of them is ended by anybody until that is written
   */
  async to(receiver: Caller, rows?: RowWriter): Promise<readonly Handed[]> {
    if (receiver.kind !== 'person' || actsForAnother(receiver)) return [];
    const { store, isStopped } = this.#parts;
    const query = { owner: callerKey(receiver), state: 'live', limit: DELEGATION_LIMITS.livePerReceiverMax };
    let found = await this.#asked(() => (rows ?? store).list('delegation', query));
    if (found.length > 0 && rows !== undefined) {
      await rows.alsoExclusively(DELEGATIONS);
      found = await rows.list('delegation', query);
    }
    return found
      .map(delegationOf)
      .filter((one) => lasts(one, store.now()) && !isStopped(one.from))
      .map(({ from, rules }) => {
        const giver = { ...from, tokenEndsAt: 0, tokenDigest: '' };
        return { giver, roles: this.#parts.rolesOf(giver), rules };
      });
  }

  /** Rules whose questions somebody may hand on; a program none. */
  delegableBy(giver: Caller): readonly string[] {
    return giver.kind === 'person' && !actsForAnother(giver) ? this.#parts.delegable(giver) : [];
  }

  /** All that last, whatever else is kept, and those that have ended, the newest first. */
  async list(endedMax: number): Promise<readonly Delegation[]> {
    const { store } = this.#parts;
    const rows = await this.#asked(async () => [
      ...(await store.list('delegation', { state: 'live', limit: DELEGATION_LIMITS.liveMax })),
      ...(await store.list('delegation', { state: 'ended', limit: endedMax })),
    ]);
    return rows.map(delegationOf).sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /**
   * Hands one's seats to another.
   *
   * @throws {Refusal} ANSWER_REFUSED, GRANT_LIMIT, STORE_UNAVAILABLE
   */
  async give(giver: Caller, { to, rules, reason, forMs }: HandedOn): Promise<Delegation> {
    const { store, delegable, personIssuers } = this.#parts;
    if (giver.kind !== 'person' || actsForAnother(giver)) throw notTaken('only a person hands on what they answer');
    if (!personIssuers.has(to.issuer))
      throw notTaken(`\`${to.issuer}\` is no issuer of persons, and a program never answers`);
    if (isSamePerson(partyOf(giver), { ...partyOf(giver), ...to, person: to.subject }))
      throw notTaken('nobody hands their answers to themselves');
    const own = delegable(giver);
    const foreign = rules.find((rule) => !own.includes(rule));
    if (foreign !== undefined || own.length === 0) throw notTaken(notYours(foreign));
    return this.#asked(() =>
      store.exclusively(DELEGATIONS, async (rows) => {
        const now = store.now();
        await this.#refuseTooMany(rows, giver, to);
        const delegation: Delegation = {
          id: newId(now),
          from: { ...partyOf(giver), labels: giver.labels },
          ...{ to, rules, reason, at: now, endsAt: now + Math.min(forMs, DELEGATION_LIMITS.forMs) },
        };
        await this.#record(delegation, 'live', giver.subject, reason);
        await rows.put(delegationRow(delegation, 0));
        return delegation;
      }),
    );
  }

  /** Ends one before its time. @throws {Refusal} NOT_FOUND, STORE_UNAVAILABLE */
  async end(id: string, by: string, reason: string, mayEnd: (delegation: Delegation) => boolean): Promise<Delegation> {
    const { store } = this.#parts;
    return this.#asked(() =>
      store.exclusively(DELEGATIONS, async (rows) => {
        const row = await rows.get('delegation', id);
        const delegation = row === undefined ? undefined : delegationOf(row);
        // Security: what a caller may not see is answered as what is not there.
        if (row === undefined || delegation === undefined || !mayEnd(delegation))
          throw new Refusal('NOT_FOUND', `there is no delegation \`${id}\``);
        if (!lasts(delegation, store.now())) return delegation;
        const ended = { ...delegation, endedBy: by, endedAt: store.now() };
        await this.#record(ended, 'ended', by, reason);
        await rows.put(delegationRow(ended, row.version));
        return ended;
      }),
    );
  }

  /** T60: ends what somebody gave whom an operator stops, so that it does not count again where that is lifted. */
  async endOf(subject: string, by: string): Promise<void> {
    for (const { id, from } of await this.list(0))
      if (from.subject === subject || from.person === subject)
        await this.end(id, by, 'whoever gave it was stopped', () => true);
  }

  /** What has ended by itself does not count any more, and makes room. */
  async #refuseTooMany(rows: RowWriter, giver: Caller, to: Delegation['to']): Promise<void> {
    const { livePerGiverMax, livePerReceiverMax, liveMax } = DELEGATION_LIMITS;
    const live: Delegation[] = [];
    for (const row of await rows.list('delegation', { state: 'live', limit: liveMax })) {
      const delegation = delegationOf(row);
      if (lasts(delegation, this.#parts.store.now())) live.push(delegation);
      else await rows.put({ ...row, state: 'ended', isQuiet: true });
    }
    const isOf = (key: string) => (one: { readonly subject: string; readonly issuer: string }) =>
      callerKey(one) === key;
    const ofGiver = live.filter(({ from }) => isOf(callerKey(giver))(from)).length;
    const ofReceiver = live.filter((one) => isOf(callerKey(to))(one.to)).length;
    if (ofGiver >= livePerGiverMax || ofReceiver >= livePerReceiverMax || live.length >= liveMax)
      throw new Refusal('GRANT_LIMIT', 'as many delegations last as may, of you, of whom you name, or in all', {
        advice: 'end one of them',
      });
  }

  #record(
    { id, from, to, rules, endsAt }: Delegation,
    state: DelegationChanged['state'],
    by: string,
    reason: string,
  ): Promise<void> {
    return this.#parts.record({
      ...{
        type: 'delegation.changed',
        at: this.#parts.store.now(),
        delegation: id,
        state,
        to,
        rules,
        endsAt,
        by,
        reason,
      },
      from: { subject: from.subject, issuer: from.issuer },
    });
  }

  #asked<Result>(call: () => Promise<Result>): Promise<Result> {
    return fromStore('the store of delegations does not answer', call);
  }
}

function notYours(rule: string | undefined): string {
  return rule === undefined
    ? 'no rule that names you lets you hand your answers on (`delegate`)'
    : `rule \`${rule}\` does not name you, or does not let you hand your answers on (\`delegate\`)`;
}

function notTaken(why: string): Refusal {
  return new Refusal('ANSWER_REFUSED', why, {
    advice: '`approvals list` shows which questions you may answer yourself',
  });
}
