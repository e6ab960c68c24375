/*
 * Questions to persons, in the store: asked by the data path, answered by the control plane, taken once. Each change is in the journal, on the disk, before the
 * store keeps it; of two that would change one question, the store lets one go first, at whatever gateway.
 */

import {
  type Answer,
  type Approval,
  answered,
  attended,
  concluded,
  current,
  givenBack,
  left,
  type Party,
  previewed,
  type Saying,
  taken,
  withWord,
} from '../approval/approval.ts';
import { autoAnswered } from '../approval/auto-answered.ts';
import { newApproval } from '../approval/new-approval.ts';
import { approvedBy, covered, covering, type Rest, restOffered } from '../approval/rest.ts';
import { ended, given } from '../grant/grant.ts';
import { callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Preview } from '../model/shown.ts';
import type { HeldRequest } from '../pipeline/approvals.ts';
import type { ApprovalChanged } from '../recording/event.ts';
import { newId } from '../std/ids.ts';
import type { RowWriter, Store } from '../store/store.ts';
import { approvalEvent } from './approval-event.ts';
import { approvalOf, approvalRow, type KeptApproval, noAtOf, noRow, pointedAt, pointerRow } from './approval-rows.ts';
import { askedBefore } from './asked-before.ts';
import { autoAnswers } from './auto-answers.ts';
import { fromStore } from './from-store.ts';
import { PREVIEW_LIMITS, Previews } from './previews.ts';
import { mayHaveRun, notTaken, notThere } from './question-refusals.ts';
import { grantOf, grantRow, type KeptGrant } from './row-body.ts';
import { hangsOnLabels, partyOf, seatsOf } from './seats.ts';

/** Limits of questions; documented in docs/reference/limits.md. */
export const QUESTION_LIMITS = Object.freeze({
  /** Questions of one caller that wait for a person. */
  pendingPerCallerMax: 50,
  /** How long the same request is told of a no before it asks anew. */
  rejectedForMs: 30_000,
  /** How long it is told that nobody answered. */
  expiredForMs: 5_000,
  /** Of a caller's newest questions, how many are looked at to tell what it asked before, and what was said to its command. */
  beforeMax: 200,
});

interface Parts {
  readonly store: Store;
  /** Resolves when the event is on the disk. */
  readonly record: (event: ApprovalChanged) => Promise<void>;
  /** A question as it is now. */
  readonly onChange: (kept: KeptApproval) => void;
  /** The grant that a yes has given, or a no ended. */
  readonly onGrant: (kept: KeptGrant) => void;
  readonly recordGrant: (kept: KeptGrant['grant'], by: string, reason: string) => Promise<void>;
  /** Whether every signature that the yes hangs on holds. */
  readonly isStillSigned: (approval: Approval, rows: Pick<Store, 'list'>) => Promise<boolean>;
  /** How long what may have run is not done again. */
  readonly unknownForMs: number;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** What a new question is of its command. */
interface OfCommand {
  readonly by?: Approval & { readonly rest: Rest };
  readonly offered?: NonNullable<Approval['shown']['rest']>;
}

/** Questions, as they are kept. */
export class Questions {
  readonly #parts: Parts;
  readonly #previews: Previews;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#previews = new Previews({ put: (id, preview) => this.#preview(id, preview), onFailure: parts.onFailure });
  }

  /** In milliseconds since 1970, by the store's clock. */
  now(): number {
    return this.#parts.store.now();
  }

  /** Resolves when what is being looked up now is in its questions. */
  idle(): Promise<void> {
    return this.#previews.idle();
  }

  /** Gives up what is being looked up; resolves when nothing is written any more. */
  stop(): Promise<void> {
    return this.#previews.stop();
  }

  /** See `Approvals.ask`. */
  async ask(held: HeldRequest): Promise<Approval> {
    const { store } = this.#parts;
    const known = await this.#reading(() => this.#of(store, held.digest));
    const isJoined = known !== undefined && this.#joined(known.approval, held) !== undefined;
    // What is asked of the target stands before the transaction, which others wait for.
    const shown = isJoined ? undefined : await held.show();
    const labels = isJoined || !hangsOnLabels(held.holds) ? null : await held.namespaceLabels();
    const ofCommand = shown === undefined ? {} : await this.#ofCommand(held, shown);
    let told: KeptApproval | undefined;
    const asked = await this.#inStore(`question ${held.digest}`, async (rows) => {
      const pointer = await rows.get('question', held.digest);
      const row = pointer === undefined ? undefined : await rows.get('approval', pointedAt(pointer));
      const kept = row === undefined ? undefined : approvalOf(row);
      const joined = kept === undefined ? undefined : this.#joined(kept.approval, held);
      if (joined !== undefined) return joined;
      const approval = this.#made(held, shown ?? (await held.show()), labels, ofCommand);
      if (approval.state === 'pending') await this.#refuseTooMany(rows, approval);
      await this.#record(
        approval,
        approval.answers.find(({ isAuto }) => isAuto === true),
      );
      await rows.put(pointerRow(held.digest, approval.id, pointer?.version ?? 0));
      told = await this.#put(rows, { approval, version: 0 }, false);
      return approval;
    });
    if (told !== undefined) {
      this.#parts.onChange(told);
      if (held.preview !== undefined && asked.state === 'pending') this.#previews.begin(asked.id, held.preview);
      return asked;
    }
    // Under the question's own key, as all else that changes it.
    return this.#change(asked.id, async (approval) => {
      const until = this.#attendedUntil(held, approval.closesAt);
      return this.#recorded(approval, attended(current(approval, this.now()), held.exchange, until));
    });
  }

  /** What was looked up, and what its caller asked before, become part of the question: under another digest, which is in the journal. */
  async #preview(id: string, looked: Preview): Promise<void> {
    const { store } = this.#parts;
    const row = await store.get('approval', id);
    if (row === undefined) return;
    const own = await store.list('approval', { owner: row.owner, limit: QUESTION_LIMITS.beforeMax });
    const before = askedBefore(
      approvalOf(row).approval,
      own.map((each) => current(approvalOf(each).approval, store.now())),
    );
    await this.#change(id, async (approval) => {
      const next = previewed(current(approval, store.now()), { ...looked, before }, store.now());
      if (next.digest === approval.digest) return approval;
      await this.#record(next, undefined);
      return next;
    });
  }

  #made(
    { caller, operation, exchange, digest, holds, attendedMs, preview, call }: HeldRequest,
    shown: Approval['shown'],
    labels: Parameters<typeof seatsOf>[1],
    { by, offered }: OfCommand,
  ): Approval {
    const now = this.#parts.store.now();
    const closesAt = now + Math.min(...holds.map(({ waitMaxMs }) => waitMaxMs));
    const asked: Approval = {
      ...newApproval({
        id: newId(now),
        request: digest,
        asker: partyOf(caller),
        target: operation.target,
        namespace: operation.namespace,
        seats: seatsOf(holds, labels),
        shown: offered === undefined ? shown : { ...shown, rest: offered },
        askedAt: now,
        closesAt,
        claimForMs: Math.min(...holds.map(({ claimForMs }) => claimForMs)),
        ...call,
        ...(preview === undefined ? {} : { lookingUntil: now + PREVIEW_LIMITS.lookingMs }),
      }),
      attendedBy: exchange,
      attendedUntil: Math.min(closesAt, now + attendedMs),
    };
    return by === undefined ? autoAnswered(asked, autoAnswers(holds, now), now) : approvedBy(asked, by, now);
  }

  /** What was said to the rest of its command, of which one use is then taken; or what can be said. */
  async #ofCommand(
    { caller, call, exchange, holds }: HeldRequest,
    { operation }: Approval['shown'],
  ): Promise<OfCommand> {
    // A signature is good for one request: the rest of a command is never covered by it.
    if (call === undefined || holds.some(({ signed }) => signed !== undefined)) return {};
    const now = this.now();
    const rows = await this.#reading(() =>
      this.#parts.store.list('approval', { owner: callerKey(caller), limit: QUESTION_LIMITS.beforeMax }),
    );
    const own = rows.map((row) => current(approvalOf(row).approval, now));
    const [no] = await this.#reading(() =>
      this.#parts.store.list('question', { owner: call.command, state: 'no', limit: 1 }),
    );
    const known = covering(call, own, noAtOf(no), now);
    let by: OfCommand['by'];
    if (known !== undefined)
      await this.#change(known.id, async (approval) => {
        by = covered(approval, call, { operation, exchange, at: this.now() });
        return by ?? approval;
      });
    if (by !== undefined) return { by };
    const offered = restOffered(call, own, now);
    return offered === undefined ? {} : { offered };
  }

  #attendedUntil({ attendedMs }: HeldRequest, closesAt: number): number {
    return Math.min(closesAt, this.#parts.store.now() + attendedMs);
  }

  /** The question as the request joins it; undefined where it is asked anew. @throws {Refusal} REPEATED_UNKNOWN */
  #joined(kept: Approval, { exchange, look }: HeldRequest): Approval | undefined {
    const now = this.#parts.store.now();
    const approval = current(kept, now);
    const since = now - (approval.endedAt ?? 0);
    switch (approval.state) {
      case 'pending':
        return approval;
      case 'rejected':
        return since < QUESTION_LIMITS.rejectedForMs ? approval : undefined;
      case 'expired':
        return since < QUESTION_LIMITS.expiredForMs ? approval : undefined;
      case 'withdrawn':
        return undefined;
      case 'approved':
        if (approval.exchange === 'waiting' || approval.usedBy === exchange) return approval;
        // T80: not forwarded blindly a second time, not even after a second yes.
        if (
          approval.exchange !== 'answered' &&
          approval.exchange !== 'gone' &&
          look !== undefined &&
          now - (approval.usedAt ?? 0) < this.#parts.unknownForMs
        )
          throw mayHaveRun(approval, look);
        return undefined;
    }
  }

  async #of(rows: Pick<Store, 'get'>, digest: string): Promise<KeptApproval | undefined> {
    const pointer = await rows.get('question', digest);
    const row = pointer === undefined ? undefined : await rows.get('approval', pointedAt(pointer));
    return row === undefined ? undefined : approvalOf(row);
  }

  async #refuseTooMany(rows: RowWriter, { asker }: Approval): Promise<void> {
    const { pendingPerCallerMax } = QUESTION_LIMITS;
    const { owner } = approvalRow({ approval: { asker } as Approval, version: 0 });
    const waiting = await rows.list('approval', { owner, state: 'pending', limit: pendingPerCallerMax });
    if (waiting.length >= pendingPerCallerMax)
      throw new Refusal(
        'TOO_MANY_REQUESTS',
        `you have ${pendingPerCallerMax} questions that wait for a person, as many as you may`,
        {
          advice: 'wait for some of them to be answered',
        },
      );
  }

  /**
   * One person's answer.
   *
   * @throws {Refusal} NOT_FOUND, ANSWER_REFUSED, ANSWER_LATE, VERSION_CHANGED, STORE_UNAVAILABLE
   */
  async answer(id: string, saying: Saying): Promise<Approval> {
    let settled: KeptGrant | undefined;
    const approval = await this.#change(id, async (before, rows) => {
      const now = this.#parts.store.now();
      const next = answered(before, saying, now);
      if (typeof next === 'string') throw notTaken(next, current(before, now));
      // Security: a grant has no use at which its yes is taken, so what was signed is verified again where it begins, with the keys that count now.
      if (next.grant !== undefined && next.state === 'approved' && !(await this.#parts.isStillSigned(next, rows)))
        throw notTaken('signed-before', before);
      await this.#record(next, next.answers.at(-1));
      if (next.command !== undefined && next.state === 'rejected')
        await rows.put(noRow(newId(now), next.command, next));
      if (next.grant !== undefined && next.state !== 'pending') settled = await this.#settleGrant(rows, next, saying);
      return next;
    });
    if (settled !== undefined) this.#parts.onGrant(settled);
    return approval;
  }

  /** A grant lives, or is over, in the same transaction as its question. */
  async #settleGrant(rows: RowWriter, approval: Approval, { by, reason }: Saying): Promise<KeptGrant> {
    const row = await rows.get('grant', approval.grant as string);
    if (row === undefined) throw new Refusal('NOT_FOUND', `there is no grant \`${approval.grant}\``);
    const { grant, version } = grantOf(row);
    const now = this.#parts.store.now();
    const who = { subject: by.subject, reason };
    const next = approval.state === 'approved' ? given(grant, now) : ended(grant, 'rejection', now, who);
    if (next === grant) throw notTaken('closed', approval);
    await this.#parts.recordGrant(next, by.subject, reason);
    return grantOf(await rows.put(grantRow({ grant: next, version })));
  }

  /** A word of its asker, or of who may answer it. @throws {Refusal} NOT_FOUND, ANSWER_LATE, STORE_UNAVAILABLE */
  async say(id: string, by: Party, text: string): Promise<Approval> {
    return this.#change(id, async (approval) => {
      const now = this.now();
      const next = withWord(approval, { by, text, at: now });
      if (next === undefined) throw notTaken('closed', current(approval, now));
      const { subject, issuer } = by;
      await this.#parts.record({ ...approvalEvent(next, undefined, now), said: { subject, issuer, text } });
      return next;
    });
  }

  /** See `Approvals.take`. */
  async take(id: string, exchange: string): Promise<void> {
    await this.#change(id, async (approval, rows) => {
      const next = taken(approval, exchange, this.#parts.store.now());
      // Security: what was signed is verified again where it is used, with the keys that count now.
      if (next === undefined || !(await this.#parts.isStillSigned(approval, rows))) throw notThere(id);
      return next;
    });
  }

  /** See `Approvals.attend`. */
  async attend(id: string, exchange: string, ms: number): Promise<void> {
    await this.#change(id, async (approval) =>
      attended(approval, exchange, Math.min(approval.closesAt, this.#parts.store.now() + ms)),
    );
  }

  /** See `Approvals.leave`. */
  async leave(id: string, exchange: string): Promise<void> {
    await this.#change(id, async (approval) =>
      this.#recorded(approval, left(approval, exchange, this.#parts.store.now())),
    );
  }

  /** See `Approvals.conclude`. */
  async conclude(id: string, exchange: string, outcome: number | 'unknown' | 'unsent'): Promise<void> {
    await this.#change(id, async (approval) =>
      outcome === 'unsent' ? givenBack(approval, exchange) : concluded(approval, exchange, outcome),
    );
  }

  /** Writes what has ended by itself. */
  async lapse(id: string): Promise<void> {
    await this.#change(id, async (approval) => this.#recorded(approval, current(approval, this.#parts.store.now())));
  }

  async get(id: string): Promise<KeptApproval | undefined> {
    const row = await this.#reading(() => this.#parts.store.get('approval', id));
    return row === undefined ? undefined : this.#asNow(approvalOf(row));
  }

  /** The newest first. */
  async list(query: {
    readonly owner?: string;
    readonly state?: string;
    readonly before?: string;
    readonly limit: number;
  }): Promise<readonly KeptApproval[]> {
    return (await this.#reading(() => this.#parts.store.list('approval', query))).map((row) =>
      this.#asNow(approvalOf(row)),
    );
  }

  #asNow({ approval, version }: KeptApproval): KeptApproval {
    return { approval: current(approval, this.#parts.store.now()), version };
  }

  async #recorded(before: Approval, after: Approval): Promise<Approval> {
    if (after.state !== before.state) await this.#record(after, undefined);
    return after;
  }

  async #change(id: string, change: (approval: Approval, rows: RowWriter) => Promise<Approval>): Promise<Approval> {
    let told: KeptApproval | undefined;
    const changed = await this.#inStore(`approval ${id}`, async (rows) => {
      const row = await rows.get('approval', id);
      if (row === undefined) throw new Refusal('NOT_FOUND', `there is no approval \`${id}\``);
      const kept = approvalOf(row);
      const next = await change(kept.approval, rows);
      if (next === kept.approval) return next;
      const isQuiet =
        next.state === kept.approval.state &&
        next.digest === kept.approval.digest &&
        next.words === kept.approval.words &&
        next.exchange === kept.approval.exchange &&
        next.answers === kept.approval.answers &&
        next.rest === kept.approval.rest;
      const put = await this.#put(rows, { ...kept, approval: next }, isQuiet);
      if (!isQuiet) told = put;
      return next;
    });
    if (told !== undefined) this.#parts.onChange(told);
    return changed;
  }

  async #put(rows: RowWriter, kept: KeptApproval, isQuiet: boolean): Promise<KeptApproval> {
    return approvalOf(await rows.put({ ...approvalRow(kept), isQuiet }));
  }

  async #record(approval: Approval, answer: Answer | undefined): Promise<void> {
    await this.#parts.record(approvalEvent(approval, answer, this.#parts.store.now()));
  }

  #inStore<Result>(key: string, work: (rows: RowWriter) => Promise<Result>): Promise<Result> {
    return this.#reading(() => this.#parts.store.exclusively(key, work));
  }

  #reading<Result>(call: () => Promise<Result>): Promise<Result> {
    return fromStore('the store of approvals does not answer', call);
  }
}
