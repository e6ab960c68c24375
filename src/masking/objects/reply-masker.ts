/*
 * Masks the objects of a reply while it passes. What is held is one object at most: that of a reply that is one object, the item of a list, the row of a table,
 * the event of a watch. What comes out does not hang on how the bytes were cut.
 *
 * Whose object it is, is read where the API server alone writes it: at the root of the reply to a read of one object, and at that of each item. A
 * field of an object that calls itself `items`, or has a `metadata` of its own, is a field like others: else who may write it could have masks made under the
 * identity of another object, and compare.
 */
import type { Edit } from '../inside/edit.ts';
import { type Place, PlaceMaker } from '../places/place.ts';
import { incomplete, Unwalkable } from '../tape/unwalkable.ts';
import { type Column, columnsOf } from './columns.ts';
import { Edited } from './edited.ts';
import type { Keying } from './keying.ts';
import { maskEdits } from './mask-edits.ts';
import type { ObjectPlan } from './object-plan.ts';
import { type DocumentKind, type Walk, type Walked, withWalk } from './walk.ts';

/** What a reply is made of: one object, a list of them, or events of a watch. */
export type ReplyShape = 'object' | 'list' | 'watch';

/** Limit: the bytes of one object that are held, unless the configuration says otherwise: 4 MiB; etcd takes 1.5 MiB by default. */
export const OBJECT_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Of a list so many bytes are waited for before they are masked, unless it ends: TLS hands out 16 KiB at a time, and for each piece that leaves HTTP has some twenty microseconds of work,
 * as much as masking it. What becomes of them still leaves in one piece of 64 KiB.
 */
const LIST_STEP_BYTES = 48 * 1024;

export interface ReplyMaskerOptions {
  readonly plan: ObjectPlan;
  readonly keying: Keying;
  readonly shape: ReplyShape;
  /** Whether it may be a table, whose rows have the objects. */
  readonly mayBeTable: boolean;
  readonly objectBytesMax?: number;
  /** How much of a list is waited for before it is looked at; tests of what is cut anywhere wait for nothing. */
  readonly listStepBytes?: number;
}

const plain: Place = new PlaceMaker([]).start();
const empty = Buffer.alloc(0);
const noColumn: Column = { place: plain, isTelling: false };

export class ReplyMasker {
  readonly #options: ReplyMaskerOptions;
  readonly #objectBytesMax: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #tryAt = 0;
  /** Where in a list this is. */
  #phase: 'start' | 'members' | 'items' | 'rows' | 'end' = 'start';
  #isFirst = true;
  #kind = '';
  #apiVersion = '';
  /** Of the table; a watch says them with its first event alone. */
  #columns: readonly Column[] = [];
  #count = 0;
  #shown = 0;
  #neutralised = 0;
  #stepRules: string[] = [];
  #stepShown = 0;
  #stepNeutralised = 0;
  readonly #rules = new Map<string, number>();

  constructor(options: ReplyMaskerOptions) {
    this.#options = options;
    this.#objectBytesMax = options.objectBytesMax ?? OBJECT_BYTES_MAX;
    this.#tryAt = this.#nextTry(0);
  }

  /** How many values were masked. */
  get count(): number {
    return this.#count;
  }

  /** How many values were shown that a rule opens. */
  get shown(): number {
    return this.#shown;
  }

  /** How much that does harm was shown instead of done. */
  get neutralised(): number {
    return this.#neutralised;
  }

  /** How many by which rule. */
  get rules(): ReadonlyMap<string, number> {
    return this.#rules;
  }

  /** What may leave now. @throws {Unwalkable} it is not JSON in UTF-8, or one object is larger than `objectBytesMax` */
  write(chunk: Buffer): Buffer {
    // Some readers know UTF-16 by it, in which all else here is blanks and names.
    if (chunk.includes(0)) throw new Unwalkable('it has a zero byte, and is no text in UTF-8');
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    const isEvent = this.#options.shape === 'watch' && chunk.at(-1) === 0x0a;
    const out = isEvent || this.#waitingBytes >= this.#tryAt ? this.#advance(false) : empty;
    if (this.#waitingBytes > this.#objectBytesMax)
      throw new Unwalkable(`one of its objects has more than ${this.#objectBytesMax} bytes`);
    return out;
  }

  /** What is left, now that nothing follows. @throws {Unwalkable} it ends early, or is not JSON */
  end(): Buffer {
    return this.#advance(true);
  }

  #advance(isLast: boolean): Buffer {
    const { plan } = this.#options;
    return withWalk(plan, this.#waiting, isLast, (walk) => {
      const edited = new Edited();
      try {
        while (this.#step(walk, edited, isLast));
      } catch (thrown) {
        if (thrown !== incomplete) throw thrown;
      }
      const { bytes } = walk;
      const rest = bytes.length - edited.end;
      this.#waiting = rest === 0 ? [] : [Buffer.from(bytes.subarray(edited.end))];
      this.#waitingBytes = rest;
      this.#tryAt = this.#nextTry(rest);
      return edited.end === 0 ? empty : edited.taken(bytes);
    });
  }

  /** How many bytes have to be there before it is worth while to look at them again, where so many are left. */
  #nextTry(rest: number): number {
    switch (this.#options.shape) {
      case 'object':
        return Number.POSITIVE_INFINITY;
      case 'list':
        return Math.min(Math.max(this.#options.listStepBytes ?? LIST_STEP_BYTES, 2 * rest), this.#objectBytesMax);
      case 'watch':
        return 2 * rest;
    }
  }

  /** One object, item, row, event or member further; whether there may be another. */
  #step(walk: Walk, edited: Edited, isLast: boolean): boolean {
    if (walk.isAtEnd()) {
      if (isLast && this.#phase !== 'start' && this.#phase !== 'end') throw new Unwalkable('it ends early');
      edited.leave(walk.bytes.length, []);
      return false;
    }
    if (this.#phase === 'end') throw new Unwalkable('something follows its end');
    if (this.#phase === 'items') return this.#items(walk, edited);
    const edits: Edit[] = [];
    this.#beginStep();
    switch (this.#options.shape) {
      case 'object':
        this.#document(walk, edits);
        this.#phase = 'end';
        break;
      case 'watch':
        this.#event(walk, edits);
        break;
      case 'list':
        this.#inList(walk, edits);
    }
    edited.leave(walk.at, edits);
    this.#endStep();
    return true;
  }

  /** A step that runs out of bytes is made again: its values count when it is done. */
  #beginStep(): void {
    this.#stepRules = [];
    this.#stepShown = 0;
    this.#stepNeutralised = 0;
  }

  #endStep(): void {
    this.#count += this.#stepRules.length;
    this.#shown += this.#stepShown;
    this.#neutralised += this.#stepNeutralised;
    for (const rule of this.#stepRules) this.#rules.set(rule, (this.#rules.get(rule) ?? 0) + 1);
    this.#beginStep();
  }

  #event(walk: Walk, edits: Edit[]): void {
    this.#members(walk, (key) => {
      if (key === 'object') this.#document(walk, edits);
      else this.#value(walk, plain, 'none', edits);
    });
  }

  /** An object, or a table where one may come. */
  #document(walk: Walk, edits: Edit[]): void {
    if (this.#options.mayBeTable && isTable(walk)) this.#table(walk, edits);
    else this.#value(walk, this.#options.plan.place, 'root', edits);
  }

  #table(walk: Walk, edits: Edit[]): void {
    this.#members(walk, (key) => {
      if (key === 'rows' && walk.blank() === 0x5b) this.#elements(walk, () => this.#row(walk, edits));
      else if (key === 'columnDefinitions') this.#columnDefinitions(walk, edits);
      else this.#value(walk, plain, 'none', edits);
    });
  }

  #columnDefinitions(walk: Walk, edits: Edit[]): void {
    const isList = walk.blank() === 0x5b;
    const start = walk.at;
    this.#value(walk, plain, 'none', edits);
    if (isList) this.#columns = columnsOf(walk.bytes.toString('utf8', start, walk.at), this.#options.plan.place);
  }

  #row(walk: Walk, edits: Edit[]): undefined {
    this.#members(walk, (key) => {
      if (key === 'cells' && walk.blank() === 0x5b) this.#cells(walk, edits);
      else if (key === 'object') this.#value(walk, this.#options.plan.place, 'root', edits);
      else this.#value(walk, plain, 'none', edits);
    });
  }

  #cells(walk: Walk, edits: Edit[]): void {
    let index = 0;
    this.#elements(walk, () => {
      const { place, isTelling } = this.#columns[index++] ?? noColumn;
      this.#edits(walk, walk.document(place, 'none', isTelling), 'none', edits);
    });
  }

  #members(walk: Walk, member: (key: string) => void): void {
    walk.take(0x7b);
    if (walk.blank() === 0x7d) {
      walk.take(0x7d);
      return;
    }
    for (;;) {
      member(walk.key());
      if (walk.blank() === 0x7d) break;
      walk.take(0x2c);
    }
    walk.take(0x7d);
  }

  #elements(walk: Walk, element: () => void): void {
    walk.take(0x5b);
    if (walk.blank() !== 0x5d)
      for (;;) {
        element();
        if (walk.blank() === 0x5d) break;
        walk.take(0x2c);
      }
    walk.take(0x5d);
  }

  /** A value with its own identity, where it is an object of its own. */
  #value(walk: Walk, place: Place, kind: DocumentKind, edits: Edit[]): void {
    this.#edits(walk, walk.document(place, kind), kind, edits);
  }

  #edits(walk: Walk, { found, uid }: Walked, kind: DocumentKind, edits: Edit[]): void {
    if (found.length === 0) return;
    const { plan, keying } = this.#options;
    const making = {
      plan,
      keying,
      uid: kind === 'root' ? uid : undefined,
      masked: this.#masked,
      shown: this.#oneShown,
      neutralised: this.#oneNeutralised,
      harmless: walk.harmless,
    };
    for (const edit of maskEdits(walk.bytes, found, making)) edits.push(edit);
  }

  readonly #masked = (rule: string) => {
    this.#stepRules.push(rule);
  };
  readonly #oneShown = () => {
    this.#stepShown++;
  };

  readonly #oneNeutralised = () => {
    this.#stepNeutralised++;
  };

  /** Items of a list, as many as are there, and its end, where it comes next; whether it did. */
  #items(walk: Walk, edited: Edited): boolean {
    const { plan, keying } = this.#options;
    const isRemembered = keying.remember !== undefined && plan.honeytokens.size > 0;
    const list = {
      place: plan.place,
      isFirst: this.#isFirst,
      from: edited.end,
      keying: isRemembered ? undefined : keying,
    };
    const isEnd = walk.objects(list, {
      masked: (end, bytes, counts) => {
        edited.leaveWritten(end, bytes);
        for (const [rule, count] of counts) {
          this.#count += count;
          this.#rules.set(rule, (this.#rules.get(rule) ?? 0) + count);
        }
        this.#isFirst = false;
      },
      found: (object) => {
        const edits: Edit[] = [];
        this.#edits(walk, object, 'root', edits);
        edited.leave(object.end, edits);
        this.#endStep();
        this.#isFirst = false;
      },
    });
    if (!isEnd) return false;
    walk.take(0x5d);
    [this.#phase, this.#isFirst] = ['members', false];
    edited.leave(walk.at, []);
    return true;
  }

  /** One step in a list: its beginning, a member of it, a row, its end. */
  #inList(walk: Walk, edits: Edit[]): void {
    if (this.#phase === 'start') {
      walk.take(0x7b);
      this.#phase = 'members';
      this.#isFirst = true;
      return;
    }
    const close = this.#phase === 'members' ? 0x7d : 0x5d;
    if (walk.blank() === close) {
      walk.take(close);
      this.#isFirst = false;
      this.#phase = this.#phase === 'members' ? 'end' : 'members';
      return;
    }
    if (!this.#isFirst) {
      walk.take(0x2c);
      walk.blank();
    }
    const entered = this.#phase === 'rows' ? this.#row(walk, edits) : this.#member(walk, edits);
    this.#isFirst = entered !== undefined;
    this.#phase = entered ?? this.#phase;
  }

  /** A member of a list; what it enters, where it is the items or rows. */
  #member(walk: Walk, edits: Edit[]): 'items' | 'rows' | undefined {
    const key = walk.key();
    const first = walk.blank();
    if (first === 0x5b && key === 'items') {
      walk.take(0x5b);
      return 'items';
    }
    const isTableHere = this.#kind === 'Table' && this.#apiVersion.startsWith('meta.k8s.io/');
    if (first === 0x5b && key === 'rows' && this.#options.mayBeTable && isTableHere) {
      walk.take(0x5b);
      return 'rows';
    }
    if (key === 'columnDefinitions' && this.#options.mayBeTable && isTableHere) {
      this.#columnDefinitions(walk, edits);
      return undefined;
    }
    if (first === 0x22 && key === 'kind') this.#kind = said(walk);
    if (first === 0x22 && key === 'apiVersion') this.#apiVersion = said(walk);
    this.#value(walk, plain, 'none', edits);
    return undefined;
  }
}

/** What the string says that begins here; the walk stays where it is. */
function said(walk: Walk): string {
  return walk.peek(() => walk.text());
}

/** Whether it says that it is a table, as the API server writes it: `kind` and `apiVersion` first. */
function isTable(walk: Walk): boolean {
  return walk.peek(() => {
    walk.take(0x7b);
    let [kind, apiVersion] = ['', ''];
    for (let i = 0; i < 2 && walk.blank() === 0x22; i++) {
      const key = walk.key();
      const text = walk.text();
      if (key === 'kind') kind = text;
      if (key === 'apiVersion') apiVersion = text;
      if (text === '' || walk.blank() !== 0x2c) break;
      walk.take(0x2c);
    }
    return kind === 'Table' && apiVersion.startsWith('meta.k8s.io/');
  });
}
