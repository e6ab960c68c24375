/*
 * Questions to persons as the store has them. Each change is in the journal, on the disk, before the store keeps it; of two that would change one question, the store
 * lets one go first, at whatever gateway.
 */
import { type Answer, type Approval, current } from '../approval/approval.ts';
import { Refusal } from '../model/refusal.ts';
import type { ApprovalChanged } from '../recording/event.ts';
import type { RowKind, RowQuery, RowReader, RowWriter, Store } from '../store/store.ts';
import { approvalEvent } from './approval-event.ts';
import { approvalOf, approvalRow, type KeptApproval, plannedId, pointedAt } from './approval-rows.ts';
import { fromStore } from './from-store.ts';

interface Parts {
  readonly store: Store;
  /** Resolves when the event is on the disk. */
  readonly record: (event: ApprovalChanged) => Promise<void>;
  /** A question as it is now. */
  readonly onChange: (kept: KeptApproval) => void;
}

/** What is kept about one request. */
interface About {
  /** Of the row that names the question; 0: there is none. */
  readonly pointerVersion: number;
  readonly kept: KeptApproval | undefined;
}

/** What makes of a question the next one; the same where nothing of it changes. */
type Change = (approval: Approval, rows: RowWriter) => Promise<Approval>;

/** The questions of a store. Each call rejects with STORE_UNAVAILABLE where it does not answer. */
export class KeptQuestions {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** In milliseconds since 1970, by the store's clock. */
  now(): number {
    return this.#parts.store.now();
  }

  /**
   * The digest of a request as it may be kept, shown and sent. Security: the plain one is of a body that may hold a short secret, on which values could be tried; this
   * one tells nothing without the store's key. Test: `T52: the digest of a question cannot be computed from what it is about`.
   */
  requestDigest(plain: string): string {
    return this.#parts.store.vault.digest(plain, 'request');
  }

  /** As it is now. */
  async get(id: string): Promise<KeptApproval | undefined> {
    const row = await this.#reading(() => this.#parts.store.get('approval', id));
    return row === undefined ? undefined : this.#asNow(approvalOf(row));
  }

  /** The newest first. */
  async list(query: RowQuery): Promise<readonly KeptApproval[]> {
    return (await this.rows('approval', query)).map((row) => this.#asNow(approvalOf(row)));
  }

  /** What else is kept of questions. */
  rows(kind: RowKind, query: RowQuery) {
    return this.#reading(() => this.#parts.store.list(kind, query));
  }

  /** The last question about a request, by the digest of the request, as it was kept. */
  async about(digest: string, rows: RowReader = this.#parts.store): Promise<About> {
    const pointer = await this.#reading(() => rows.get('question', digest));
    if (pointer === undefined) return { pointerVersion: 0, kept: undefined };
    const row = await this.#reading(() => rows.get('approval', pointedAt(pointer)));
    return { pointerVersion: pointer.version, kept: row === undefined ? undefined : approvalOf(row) };
  }

  /** The id of the newest question about a planned command that asks about a request, by the digest of the request; undefined: none does. */
  async planOf(digest: string): Promise<string | undefined> {
    const row = await this.#reading(() => this.#parts.store.get('question', plannedId(digest)));
    return row === undefined ? undefined : pointedAt(row);
  }

  /** Runs `work` with nobody else under the same key. */
  exclusively<Result>(key: string, work: (rows: RowWriter) => Promise<Result>): Promise<Result> {
    return this.#reading(() => this.#parts.store.exclusively(key, work));
  }

  /** Changes one question, with nobody else at it. @throws {Refusal} NOT_FOUND, and what `change` refuses */
  async change(id: string, change: Change): Promise<Approval> {
    let told: KeptApproval | undefined;
    const changed = await this.exclusively(`approval ${id}`, async (rows) => {
      const row = await rows.get('approval', id);
      if (row === undefined) throw new Refusal('NOT_FOUND', `there is no approval \`${id}\``);
      const kept = approvalOf(row);
      const next = await change(kept.approval, rows);
      if (next === kept.approval) return next;
      const isQuiet = isUnseen(kept.approval, next);
      const put = await this.put(rows, { ...kept, approval: next }, isQuiet);
      if (!isQuiet) told = put;
      return next;
    });
    if (told !== undefined) this.tell(told);
    return changed;
  }

  /** @param isQuiet nobody is told of it */
  async put(rows: RowWriter, kept: KeptApproval, isQuiet: boolean): Promise<KeptApproval> {
    return approvalOf(await rows.put({ ...approvalRow(kept), isQuiet }));
  }

  /** Tells of a question that was put. */
  tell(kept: KeptApproval): void {
    this.#parts.onChange(kept);
  }

  /** What is put in `rows` is there once the question's change is in the journal. */
  record(rows: RowWriter, approval: Approval, answer: Answer | undefined): void {
    rows.commitAfter(this.#parts.record(approvalEvent(approval, answer, this.now())));
  }

  /** The same of something that was said about it. */
  recordSaid(rows: RowWriter, approval: Approval, said: NonNullable<ApprovalChanged['said']>): void {
    rows.commitAfter(this.#parts.record({ ...approvalEvent(approval, undefined, this.now()), said }));
  }

  /** What comes after, recorded where its state is another. */
  recorded(rows: RowWriter, before: Approval, after: Approval): Approval {
    if (after.state !== before.state) this.record(rows, after, undefined);
    return after;
  }

  #asNow({ approval, version }: KeptApproval): KeptApproval {
    return { approval: current(approval, this.now()), version };
  }

  #reading<Result>(call: () => Promise<Result>): Promise<Result> {
    return fromStore('the store of approvals does not answer', call);
  }
}

/** Whether who looks at a question sees no difference. */
function isUnseen(before: Approval, after: Approval): boolean {
  return (
    after.state === before.state &&
    after.digest === before.digest &&
    after.words === before.words &&
    after.exchange === before.exchange &&
    after.answers === before.answers &&
    after.rest === before.rest
  );
}
