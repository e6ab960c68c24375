/*
 * Questions as the data path asks them: one about each request, told of its caller while it waits, taken once where the yes is used, and told what became of it.
 */

import {
  type About,
  type Approval,
  attended,
  concluded,
  current,
  givenBack,
  left,
  type Party,
  previewed,
  saidBy,
  taken,
  unused,
} from '../approval/approval.ts';
import { autoAnswered } from '../approval/auto-answered.ts';
import { newApproval } from '../approval/new-approval.ts';
import { approvedBy, covered, coveredAsPlanned, covering, type Rest, restOffered } from '../approval/rest.ts';
import { callerKey } from '../model/caller.ts';
import type { LookedUp, ShownBefore } from '../model/shown.ts';
import type { HeldRequest } from '../pipeline/approvals.ts';
import { newId } from '../std/ids.ts';
import type { IsStillSigned } from './answers.ts';
import { type KeptApproval, noAtOf, plannedId, pointerRow } from './approval-rows.ts';
import { askedBefore } from './asked-before.ts';
import { autoAnswers, hasCooldown } from './auto-answers.ts';
import type { KeptQuestions } from './kept-questions.ts';
import { likeKey } from './like-key.ts';
import { PREVIEW_LIMITS, Previews } from './previews.ts';
import { QUESTION_LIMITS, refuseTooMany } from './question-limits.ts';
import { mayHaveRun, notThere } from './question-refusals.ts';
import { hangsOnLabels, partyOf, seatsOf } from './seats.ts';
import type { SessionSoFar } from './session-so-far.ts';
import { isStoppedSince } from './stopped-now.ts';

interface Parts {
  readonly kept: KeptQuestions;
  readonly isStillSigned: IsStillSigned;
  /** Whether an operator has stopped somebody. */
  readonly isStopped: (who: Party) => boolean;
  /** How long what may have run is not done again. */
  readonly unknownForMs: number;
  readonly sessionSoFar: SessionSoFar;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** What a new question is of its command. */
interface OfCommand {
  readonly by?: Approval & { readonly rest: Rest };
  readonly offered?: NonNullable<Approval['shown']['rest']>;
}

/** What was said to the like of a new question, and what finds it again. */
interface OfLike {
  readonly like?: string;
  readonly noAt?: number;
}

/** Questions of the data path. */
export class Questions {
  readonly #parts: Parts;
  readonly #kept: KeptQuestions;
  readonly #previews: Previews;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#kept = parts.kept;
    this.#previews = new Previews({ put: (id, preview) => this.#preview(id, preview), onFailure: parts.onFailure });
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
    const digest = this.#kept.requestDigest(held.digest);
    const { kept: known } = await this.#kept.about(digest);
    const joined = known === undefined ? undefined : this.#joined(known.approval, held);
    const ofLike = await this.#ofLike(held);
    if (joined !== undefined) return this.#attend(joined, held, ofLike);
    // What is asked of the target stands before the transaction, which others wait for.
    const shown = await held.show();
    const labels = hangsOnLabels(held.holds) ? await held.namespaceLabels() : null;
    const ofCommand = await this.#ofCommand({ ...held, digest }, shown, ofLike);
    let told: KeptApproval | undefined;
    const asked = await this.#kept.exclusively(`question ${digest}`, async (rows) => {
      const { kept, pointerVersion } = await this.#kept.about(digest, rows);
      const asked = kept === undefined ? undefined : this.#joined(kept.approval, held);
      if (asked !== undefined) return asked;
      const approval = this.#made({ ...held, digest }, shown, labels, { ...ofCommand, ...ofLike });
      if (approval.state === 'pending') await refuseTooMany(rows, approval.asker);
      this.#kept.record(
        rows,
        approval,
        approval.answers.find(({ isAuto }) => isAuto === true),
      );
      await rows.put(pointerRow(digest, approval.id, pointerVersion));
      told = await this.#kept.put(rows, { approval, version: 0 }, false);
      return approval;
    });
    if (told === undefined) return this.#attend(asked, held, ofLike, ofCommand);
    this.#kept.tell(told);
    if (held.preview !== undefined && asked.state === 'pending') this.#previews.begin(asked.id, held.preview);
    return asked;
  }

  /** A question that is there already, joined by one more request. */
  async #attend(asked: Approval, held: HeldRequest, ofLike: OfLike, ofCommand: OfCommand = {}): Promise<Approval> {
    // What is answered is changed by who uses it alone.
    if (asked.state !== 'pending') return asked;
    const { exchange } = held;
    // What was asked by itself before its command was planned is answered by the yes to that.
    const by =
      ofCommand.by ??
      (await this.#ofPlan({ request: asked.request, operation: asked.shown.operation, exchange }, ofLike));
    // Under the question's own key, as all else that changes it.
    return this.#kept.change(asked.id, async (approval, rows) => {
      const now = this.#kept.now();
      const open = current(approval, now);
      const until = this.#attendedUntil(held, approval.closesAt);
      const isCovered = by !== undefined && open.state === 'pending';
      return this.#kept.recorded(
        rows,
        approval,
        isCovered ? approvedBy(open, by, now) : attended(open, exchange, until),
      );
    });
  }

  /** What was looked up, and what its caller asked before, become part of the question: under another digest, which is in the journal. */
  async #preview(id: string, looked: LookedUp): Promise<void> {
    const kept = await this.#kept.get(id);
    if (kept === undefined) return;
    const before = await this.#before(kept.approval);
    await this.#kept.change(id, async (approval, rows) => {
      const next = previewed(current(approval, this.#kept.now()), { ...looked, before }, this.#kept.now());
      if (next.digest === approval.digest) return approval;
      this.#kept.record(rows, next, undefined);
      return next;
    });
  }

  /** What its caller asked and did before. */
  async #before(approval: Approval): Promise<ShownBefore> {
    const [newest, session] = await Promise.all([
      this.#newestOf(approval.asker),
      this.#parts.sessionSoFar(approval).catch((error: unknown) => {
        const what = `what the caller of approval ${approval.id} did in its session could not be looked up`;
        this.#parts.onFailure(what, error);
        return 'for a reason that is in the log of the gateway';
      }),
    ]);
    const before = askedBefore(approval, newest, QUESTION_LIMITS.beforeMax);
    if (session === undefined) return before;
    return typeof session === 'string' ? { ...before, noSession: session } : { ...before, session };
  }

  #made(
    { caller, operation, exchange, session, digest, holds, attendedMs, preview, call }: HeldRequest,
    shown: Approval['shown'],
    labels: Parameters<typeof seatsOf>[1],
    { by, offered, like, noAt }: OfCommand & OfLike,
  ): Approval {
    const now = this.#kept.now();
    const closesAt = now + Math.min(...holds.map(({ waitMaxMs }) => waitMaxMs));
    const asked: Approval = {
      ...newApproval({
        id: newId(now),
        request: digest,
        asker: partyOf(caller),
        target: operation.target,
        namespace: operation.namespace,
        about: aboutOf(operation),
        session,
        seats: seatsOf(holds, labels),
        shown: offered === undefined ? shown : { ...shown, rest: offered },
        askedAt: now,
        closesAt,
        claimForMs: Math.min(...holds.map(({ claimForMs }) => claimForMs)),
        ...call,
        ...(like === undefined ? {} : { like }),
        ...(preview === undefined ? {} : { lookingUntil: now + PREVIEW_LIMITS.lookingMs }),
      }),
      attendedBy: exchange,
      attendedUntil: Math.min(closesAt, now + attendedMs),
    };
    return by === undefined ? autoAnswered(asked, autoAnswers(holds, now, noAt), now) : approvedBy(asked, by, now);
  }

  /** What was said to the rest of its command, of which one use is then taken; or what can be said. */
  async #ofCommand(
    { caller, call, exchange, holds, digest }: HeldRequest,
    { operation }: Approval['shown'],
    ofLike: OfLike,
  ): Promise<OfCommand> {
    const planned = await this.#ofPlan({ request: digest, operation, exchange }, ofLike);
    if (planned !== undefined) return { by: planned };
    // A signature is good for one request: the rest of a command is never covered by it.
    if (call === undefined || holds.some(({ signed }) => signed !== undefined)) return {};
    if (call.whole !== undefined) return { offered: call.whole };
    const now = this.#kept.now();
    const own = await this.#newestOf(caller);
    const [no] = await this.#kept.rows('question', { owner: call.command, state: 'no', limit: 1 });
    const known = covering(call, own, noAtOf(no), now);
    let by: OfCommand['by'];
    if (known !== undefined)
      await this.#kept.change(known.id, async (approval) => {
        by = covered(approval, call, { operation, exchange, at: this.#kept.now() });
        return by ?? approval;
      });
    if (by !== undefined) return { by };
    const offered = restOffered(call, own, now);
    return offered === undefined ? {} : { offered };
  }

  /**
   * The question about its planned command whose yes covers this very request, of which the use is then taken; undefined: there is none.
   * A no that came after the yes stands, to the request itself as to what is like it.
   */
  async #ofPlan(
    use: { readonly request: string; readonly operation: string; readonly exchange: string },
    { noAt = 0 }: OfLike,
  ): Promise<OfCommand['by']> {
    const plan = await this.#kept.planOf(use.request);
    if (plan === undefined) return undefined;
    const [no] = await this.#kept.rows('question', { owner: plannedId(use.request), state: 'no', limit: 1 });
    const saidNoAt = Math.max(noAt, noAtOf(no));
    let by: OfCommand['by'];
    await this.#kept.change(plan, async (approval) => {
      const now = this.#kept.now();
      by = coveredAsPlanned(current(approval, now), { ...use, at: now }, saidNoAt);
      return by ?? approval;
    });
    return by;
  }

  /** When a person last said no to the like; nothing is looked for where no rule asks. */
  async #ofLike({ caller, operation, holds }: HeldRequest): Promise<OfLike> {
    if (!hasCooldown(holds)) return {};
    const like = this.#kept.requestDigest(likeKey(caller, operation));
    const [no] = await this.#kept.rows('question', { owner: like, state: 'no', limit: 1 });
    return { like, noAt: noAtOf(no) };
  }

  #attendedUntil({ attendedMs }: HeldRequest, closesAt: number): number {
    return Math.min(closesAt, this.#kept.now() + attendedMs);
  }

  /** The question as the request joins it; undefined where it is asked anew. @throws {Refusal} REPEATED_UNKNOWN */
  #joined(kept: Approval, { exchange, look }: HeldRequest): Approval | undefined {
    const now = this.#kept.now();
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

  /** The caller's newest questions. */
  async #newestOf(asker: Parameters<typeof callerKey>[0]): Promise<readonly Approval[]> {
    const own = await this.#kept.list({ owner: callerKey(asker), limit: QUESTION_LIMITS.beforeMax });
    return own.map(({ approval }) => approval);
  }

  /** See `Approvals.take`. */
  async take(id: string, exchange: string): Promise<void> {
    const left = await this.#kept.change(id, async (approval, rows) => {
      const next = taken(approval, exchange, this.#kept.now());
      // Security: what was signed is verified again where it is used, with the keys that count now.
      if (next === undefined || !(await this.#parts.isStillSigned(approval, rows))) throw notThere(id);
      // Security: T60. The yes of whom an operator has stopped since is none, lifted or not, and it is asked anew.
      const isStopped = saidBy(approval).some(this.#parts.isStopped) || (await isStoppedSince(approval, rows));
      return isStopped ? unused(approval) : next;
    });
    if (left.exchange === 'gone') throw notThere(id);
  }

  /** See `Approvals.attend`. */
  async attend(id: string, exchange: string, ms: number): Promise<void> {
    const next = (approval: Approval) =>
      attended(approval, exchange, Math.min(approval.closesAt, this.#kept.now() + ms));
    const kept = await this.#kept.get(id);
    if (kept === undefined || next(kept.approval) !== kept.approval)
      await this.#kept.change(id, async (approval) => next(approval));
  }

  /** See `Approvals.leave`. */
  async leave(id: string, exchange: string): Promise<void> {
    await this.#kept.change(id, async (approval, rows) =>
      this.#kept.recorded(rows, approval, left(approval, exchange, this.#kept.now())),
    );
  }

  /** See `Approvals.conclude`. */
  async conclude(id: string, exchange: string, outcome: number | 'unknown' | 'unsent'): Promise<void> {
    await this.#kept.change(id, async (approval) =>
      outcome === 'unsent' ? givenBack(approval, exchange) : concluded(approval, exchange, outcome),
    );
  }

  /** Writes what has ended by itself. */
  async lapse(id: string): Promise<void> {
    await this.#kept.change(id, async (approval, rows) =>
      this.#kept.recorded(rows, approval, current(approval, this.#kept.now())),
    );
  }
}

function aboutOf({ verb, apiGroup, resource, subresource, name }: HeldRequest['operation']): About {
  return { verb, apiGroup, resource, subresource, name };
}
