/* What persons say to questions: a yes or a no, which is taken once and settles the grant that was asked for; or a word, which changes nothing of what is answered. */
import { amendmentWords } from '../approval/amendment-words.ts';
import {
  type About,
  type Approval,
  answered,
  current,
  type Party,
  type Saying,
  saidBy,
  withWord,
} from '../approval/approval.ts';
import type { Narrowing } from '../approval/narrowed.ts';
import { ended, given } from '../grant/grant.ts';
import type { Amendment } from '../model/amendment.ts';
import { identitiesOf } from '../model/identities-of.ts';
import { Refusal } from '../model/refusal.ts';
import { newId } from '../std/ids.ts';
import type { RowWriter } from '../store/store.ts';
import type { Vault } from '../store/vault.ts';
import { noRow, plannedId } from './approval-rows.ts';
import { closeEdits } from './closed-edits.ts';
import type { KeptQuestions } from './kept-questions.ts';
import { notTaken } from './question-refusals.ts';
import { grantOf, grantRow, type KeptGrant } from './row-body.ts';
import { isStoppedSince } from './stopped-now.ts';

/** Whether every signature that a question's yes hangs on holds. */
export type IsStillSigned = (approval: Approval, rows: Pick<RowWriter, 'list'>) => Promise<boolean>;

/**
 * Which seats of a question somebody fills, looked at in the very transaction that takes the answer: whoever was stopped, or stands in nobody’s place any more, since they
 * began to answer fills none.
 *
 * @throws {Refusal} KILLED
 */
export type SeatedNow = (approval: Approval, rows: RowWriter) => Promise<Pick<Saying, 'seats' | 'inPlaceOf'>>;

/** What a person says, with what they leave of the request in clear. */
export interface Said extends Omit<Saying, 'narrowed' | 'seats' | 'inPlaceOf'> {
  readonly seated: SeatedNow;
  readonly narrowed?: { readonly goodForMs?: number; readonly amend: readonly Amendment[] };
}

/** Edits without the values that masks hide, as they would be masked in what the question is about. */
export type MaskEdits = (
  of: Pick<Approval, 'id' | 'target' | 'namespace'> & { readonly about: About },
  edits: readonly Amendment[],
) => readonly Amendment[];

interface Parts {
  readonly kept: KeptQuestions;
  readonly vault: Vault;
  readonly maskEdits: MaskEdits;
  /** The grant that a yes has given, or a no ended. */
  readonly onGrant: (kept: KeptGrant) => void;
  readonly recordGrant: (kept: KeptGrant['grant'], by: string, reason: string) => Promise<void>;
  readonly isStillSigned: IsStillSigned;
  /** Whether an operator has stopped somebody, as far as this gateway has heard. */
  readonly isStopped: (who: Party) => boolean;
}

/** What a no is meant for as well: the rest of its command, the same request in a plan, and what is like it. */
async function meantFor(
  { request, command, like, planned = [] }: Approval,
  rows: RowWriter,
): Promise<ReadonlySet<string>> {
  const inPlan = planned.length === 0 && (await rows.get('question', plannedId(request))) !== undefined;
  const owners = [command, inPlan ? plannedId(request) : undefined, like, ...planned.map((each) => each.like)];
  return new Set(owners.filter((owner) => owner !== undefined));
}

/** Answers to questions. */
export class Answers {
  readonly #parts: Parts;
  readonly #kept: KeptQuestions;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#kept = parts.kept;
  }

  /**
   * One person's answer.
   *
   * @throws {Refusal} NOT_FOUND, ANSWER_REFUSED, ANSWER_LATE, VERSION_CHANGED, STORE_UNAVAILABLE
   */
  async answer(id: string, { narrowed, seated, ...said }: Said): Promise<Approval> {
    let settled: KeptGrant | undefined;
    const approval = await this.#kept.change(id, async (before, rows) => {
      const now = this.#kept.now();
      const saying = { ...said, ...(await seated(before, rows)) };
      const less = narrowed === undefined ? {} : { narrowed: this.#narrowing(before, narrowed) };
      const next = answered(before, { ...saying, ...less }, now);
      if (typeof next === 'string') throw notTaken(next, current(before, now));
      // Security: a grant has no use at which its yes is taken, so what was signed is verified again where it begins, with the keys that count now.
      if (next.grant !== undefined && next.state === 'approved' && !(await this.#parts.isStillSigned(next, rows)))
        throw notTaken('signed-before', before);
      // Security: T60. Nor does it begin with a yes of whom an operator has stopped since.
      if (next.grant !== undefined && next.state === 'approved' && (await this.#isStoppedAmong(next, rows)))
        throw notTaken('stopped-before', before);
      this.#kept.record(rows, next, next.answers.at(-1));
      if (next.state === 'rejected')
        for (const owner of await meantFor(next, rows)) await rows.put(noRow(newId(now), owner, next));
      if (next.grant !== undefined && next.state !== 'pending') settled = await this.#settleGrant(rows, next, said);
      return next;
    });
    if (settled !== undefined) this.#parts.onGrant(settled);
    return approval;
  }

  async #isStoppedAmong(approval: Approval, rows: RowWriter): Promise<boolean> {
    // A stop is before it, or sees what it has given.
    await rows.alsoExclusively('kill');
    return saidBy(approval).some(this.#parts.isStopped) || isStoppedSince(approval, rows);
  }

  /** Security: what an edit puts there may be secret, also to others who answer and to who reads the store. */
  #narrowing(approval: Approval, { goodForMs, amend }: NonNullable<Said['narrowed']>): Narrowing {
    const { vault, maskEdits } = this.#parts;
    const { about } = approval;
    if (about === undefined) throw notTaken('narrow', approval);
    const edits = () => ({
      words: maskEdits({ ...approval, about }, amend).map(amendmentWords),
      closed: closeEdits(vault, approval.id, amend),
    });
    return { ...(goodForMs === undefined ? {} : { goodForMs }), ...(amend.length === 0 ? {} : { edits: edits() }) };
  }

  /** A grant lives, or is over, in the same transaction as its question. */
  async #settleGrant(
    rows: RowWriter,
    approval: Approval,
    { by, reason }: Pick<Said, 'by' | 'reason'>,
  ): Promise<KeptGrant> {
    const row = await rows.get('grant', approval.grant as string);
    if (row === undefined) throw new Refusal('NOT_FOUND', `there is no grant \`${approval.grant}\``);
    const { grant, version } = grantOf(row);
    const now = this.#kept.now();
    const who = { subject: by.subject, reason };
    const givers = saidBy(approval).flatMap(identitiesOf);
    const next = approval.state === 'approved' ? given(grant, now, givers) : ended(grant, 'rejection', now, who);
    if (next === grant) throw notTaken('closed', approval);
    await this.#parts.recordGrant(next, by.subject, reason);
    return grantOf(await rows.put(grantRow({ grant: next, version })));
  }

  /** A word of its asker, or of who may answer it. @throws {Refusal} NOT_FOUND, ANSWER_LATE, STORE_UNAVAILABLE */
  async say(id: string, by: Party, text: string): Promise<Approval> {
    return this.#kept.change(id, async (approval, rows) => {
      const now = this.#kept.now();
      const next = withWord(approval, { by, text, at: now });
      if (next === undefined) throw notTaken('closed', current(approval, now));
      const { subject, issuer } = by;
      this.#kept.recordSaid(rows, next, { subject, issuer, text });
      return next;
    });
  }
}
