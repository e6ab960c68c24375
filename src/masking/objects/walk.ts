/*
 * Walks documents of JSON as they are written, and says what is to be masked in them. The walk itself is compiled from wasm/; here what it asks is answered, and what it found is read.
 *
 * What the document says of itself (whose object it is, the `name` beside a `value`, the `kind` beside `data`) may stand behind what hangs on it: so masks are
 * made when the walk is over. A walk that runs out of bytes is given up and made anew once there are more.
 */
import type { Detection } from '../detect/detection.ts';
import { flagOf } from '../detect/flag.ts';
import { isSecretLooking } from '../detect/is-secret-looking.ts';
import { isTellingKey } from '../detect/telling-key.ts';
import type { Place } from '../places/place.ts';
import type { Host, Machine } from '../tape/machine.ts';
import { withMachine } from '../tape/machine-pool.ts';
import type { Found } from './found.ts';
import type { Keying } from './keying.ts';
import type { ObjectPlan } from './object-plan.ts';

/** One document, walked. */
export interface Walked {
  /** What was found, in its order, none overlapping another. */
  readonly found: readonly Found[];
  /** Its uid, where it is an object of its own; undefined where it has none, or more than one. */
  readonly uid: string | undefined;
  /** Where it ends. */
  readonly end: number;
}

/** What a document is: an object of its own; an object as it was applied, whose metadata is nobody's identity; or neither. */
export type DocumentKind = 'root' | 'applied' | 'none';

/** What `use` makes of a walk along bytes in one row. It must be over when `use` returns. `isLast`: nothing follows behind them. */
export function withWalk<T>(
  plan: ObjectPlan,
  parts: readonly Uint8Array[],
  isLast: boolean,
  use: (walk: Walk) => T,
): T {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return withMachine(plan.words, (machine) => {
    machine.begin(parts, length, isLast, flagsOf(plan), plan.place, hostOf(plan));
    return use(new Walk(machine, length));
  });
}

/** What is found in a document that is whole. @throws {Unwalkable} it is not JSON, or something follows it */
export function walked(plan: ObjectPlan, bytes: Uint8Array, kind: DocumentKind): Walked {
  return withWalk(plan, [bytes], true, (walk) => walk.document(plan.place, kind));
}

/** Objects in a list. */
export interface WalkedList {
  readonly place: Place;
  /** Whether none was before. */
  readonly isFirst: boolean;
  /** Up to where the bytes have left. */
  readonly from: number;
  /** How masks are made here; undefined: they are not. */
  readonly keying: Keying | undefined;
}

/** What is told of objects in a list, in their order. */
export interface ObjectsTold {
  /** What leaves of the bytes up to `end`, with its masks, and how many by which rule. */
  readonly masked: (end: number, bytes: Buffer, counts: ReadonlyMap<string, number>) => void;
  readonly found: (object: Walked) => void;
}

export class Walk {
  readonly #machine: Machine;
  readonly #from: number;
  readonly #length: number;
  /** Up to where what was found has been read, in words of four bytes. */
  #read: number;

  constructor(machine: Machine, length: number) {
    this.#machine = machine;
    this.#from = machine.bytesAt;
    this.#length = length;
    this.#read = machine.run.foundAt();
  }

  /** The bytes, as long as nothing more is walked. */
  get bytes(): Buffer {
    return this.#machine.memory.subarray(this.#from, this.#from + this.#length);
  }

  get at(): number {
    return this.#machine.run.at() - this.#from;
  }

  /** Whether nothing but blanks is left of the bytes. */
  isAtEnd(): boolean {
    return this.#machine.run.isAtEnd() === 1;
  }

  /** Passes blanks; the byte behind them. @throws {Unwalkable} @throws incomplete */
  blank(): number {
    return this.#machine.run.blank();
  }

  take(byte: number): void {
    this.#machine.run.takeByte(byte);
  }

  /** The key of a member, with the colon behind it. */
  key(): string {
    const { run } = this.#machine;
    run.passKey();
    return this.#machine.text(run.keyStartAt(), run.keyEndAt(), run.hasKeyEscapes() === 1);
  }

  /** The string that begins here, where it has no escapes. */
  text(): string {
    const { run } = this.#machine;
    if (run.blank() !== 0x22) return '';
    const start = run.at() + 1;
    return run.passString() === 1 ? '' : this.#machine.memory.toString('latin1', start, run.at() - 1);
  }

  /** What a look ahead says; the walk stays where it is. */
  peek<T>(look: () => T): T {
    const { run } = this.#machine;
    const [at, token] = [run.at(), run.tokenAt()];
    const said = look();
    run.moveTo(at, token);
    return said;
  }

  /** Walks the document that begins here, behind a key that tells where `isTelling`. @throws {Unwalkable} @throws incomplete */
  document(place: Place, kind: DocumentKind, isTelling = false): Walked {
    const { run } = this.#machine;
    run.document(this.#machine.numberOf(place), isTelling ? tellingKey : 0, within[kind]);
    return this.#next();
  }

  /**
   * Walks objects in a list, and tells of those that are whole: with `keying`, of as many as are simple at once, masked; of others one by one. Whether the list ends behind them.
   *
   * That there may be more of it, as at each chunk's end, is no exception: one costs as much as masking several objects does.
   *
   * @throws {Unwalkable} @throws incomplete there may be more of it
   */
  objects(list: WalkedList, told: ObjectsTold): boolean {
    try {
      return this.#machine.run.documents(this.#machine.numberOf(list.place), Number(list.isFirst)) === 1;
    } finally {
      this.#tell(list, told);
    }
  }

  #tell({ from, keying }: WalkedList, told: ObjectsTold): void {
    const { run } = this.#machine;
    const key = keying?.key.ofTarget(keying.target);
    let at = from;
    while (this.#read < run.foundWholeEnd()) {
      const length = key === undefined ? undefined : this.#machine.useKey(key, keying?.exchange ?? '');
      const masked =
        length === undefined
          ? this.#read
          : run.maskDocuments(
              at + this.#from,
              this.#read,
              run.foundWholeEnd(),
              Number(keying?.isComparable === true),
              length,
            );
      if (masked > this.#read) {
        this.#read = masked;
        at = run.maskedTo() - this.#from;
        const bytes = Buffer.from(this.#machine.memory.subarray(run.maskedAt(), run.maskedEnd()));
        told.masked(at, bytes, this.#machine.takeCounts());
      } else {
        const object = this.#next();
        at = object.end;
        told.found(object);
      }
    }
    // Security: what was walked and not told of would leave as it came.
    if (this.#read !== run.foundWholeEnd()) throw new Error('what was found in a list is not where it ends');
  }

  #next(): Walked {
    const next = this.next();
    if (next === undefined) throw new Error('a document was walked and nothing is told of it');
    return next;
  }

  /** The next document that was walked and not told of. */
  next(): Walked | undefined {
    const { run, memory } = this.#machine;
    if (this.#read >= run.foundWholeEnd()) return undefined;
    const words = new Int32Array(memory.buffer);
    const found: Found[] = [];
    let at = this.#read >> 2;
    for (; words[at] !== foundEnd; at += valueWords + 2 * (words[at + 4] as number)) found.push(this.#found(words, at));
    this.#read = (at + 4) << 2;
    const [end, uidStart, uidEnd] = [words[at + 1], words[at + 2], words[at + 3]] as [number, number, number];
    const uid = uidStart === 0 ? undefined : memory.toString('utf8', uidStart, uidEnd);
    return { found: withoutOverlaps(found), uid, end: end - this.#from };
  }

  /** Nothing is in a string in which words stand. */
  readonly harmless = (start: number, end: number): void => {
    this.#machine.run.isHarmless(start + this.#from, end + this.#from);
  };

  #found(words: Int32Array, at: number): Found {
    const [kind, from, to, action] = [words[at], words[at + 1], words[at + 2], words[at + 3]] as [
      number,
      number,
      number,
      number,
    ];
    const range = { start: from - this.#from, end: to - this.#from, path: this.#path(words, at) };
    switch (kind) {
      case 1: {
        const { rule, form, compare } = this.#machine.action(action);
        return { kind: 'whole', ...range, rule, form, compare };
      }
      case 5:
        return { kind: 'number', ...range, rule: this.#machine.action(action).rule };
      case 6:
        return { kind: 'shown', ...range };
      case 8: {
        const place = this.#machine.place(action & 0xffff);
        return { kind: 'element', ...range, place, isTelling: (action & elementTelling) !== 0 };
      }
      case 9: {
        const [passwords, isMadeSafe] = [this.#machine.passwords(action & 0xffffff), (action & commandMadeSafe) !== 0];
        return { kind: 'inside', ...range, isBase64: false, isMadeSafe, passwords };
      }
      default: {
        const part = kind === 2 ? 'inside' : kind === 3 ? 'applied' : 'release';
        return { kind: part, ...range, isBase64: (action & 1) !== 0, isMadeSafe: (action & 2) !== 0 };
      }
    }
  }

  /** Its steps, joined by line feeds. */
  #path(words: Int32Array, at: number): string {
    const count = words[at + 4] as number;
    const steps: string[] = [];
    for (let step = at + valueWords; step < at + valueWords + 2 * count; step += 2) {
      const [from, size] = [words[step] as number, words[step + 1] as number];
      const kind = size >>> 30;
      const length = size & 0x3fffffff;
      steps.push(kind === 2 ? String(from) : this.#machine.text(from, from + length, kind === 1));
    }
    return steps.join('\n');
  }
}

/** As wasm/found.ts has it. */
const foundEnd = 7;
const valueWords = 9;
/** As wasm/command.ts has it. */
const commandMadeSafe = 0x40000000;
/** As wasm/managed-fields.ts has it. */
const elementTelling = 0x10000;
/** As wasm/key.ts has it. */
const tellingKey = 0x100;
/** As wasm/walk.ts has it. */
const within = { none: 0, root: 1, applied: 2 } as const;

const flags = new WeakMap<ObjectPlan, number>();

/** As wasm/plan.ts has them. */
function flagsOf(plan: ObjectPlan): number {
  const known = flags.get(plan);
  if (known !== undefined) return known;
  const made = [
    plan.pairsAreTelling,
    plan.place.isPlain,
    plan.detection !== undefined,
    plan.masksTelling,
    plan.masksEmbedded,
    plan.release === 'secret',
    plan.release === 'configmap',
    plan.madeSafe === 'annotations',
    plan.madeSafe === 'everything',
    plan.base64Keys.size > 0,
    plan.hasOwnPlaces,
  ].reduce((bits, is, bit) => bits | (is ? 1 << bit : 0), 0);
  flags.set(plan, made);
  return made;
}

const hosts = new WeakMap<ObjectPlan, Host>();

function hostOf(plan: ObjectPlan): Host {
  const known = hosts.get(plan);
  if (known !== undefined) return known;
  const made: Host = {
    pair: (name, value) => {
      const found = plan.pair(name);
      return found === undefined || isFilledIn(value) ? undefined : { kind: 'mask', form: 'text', ...found };
    },
    looksSecret,
    holdsValue: (key) => plan.detection !== undefined && holdsValue(plan.detection, key),
    isTellingFlag: (argument) => {
      const flag = flagOf(argument);
      return flag !== undefined && isTellingKey(flag);
    },
  };
  hosts.set(plan, made);
  return made;
}

/** Whether it is known by what it is, as the key of a map: not by a name that stands before it there, as in `arn:…:secret:a`. */
function holdsValue({ inBytes }: Detection, key: string): boolean {
  return inBytes(Buffer.from(key)).some(({ detector }) => detector !== 'keyed-secret');
}

function looksSecret(text: string): boolean {
  return !text.includes('-----BEGIN ') && isSecretLooking(text.trim().replace(/^(Bearer|Basic|Token) /i, ''));
}

/** A value that is filled in from elsewhere, as `$(OTHER)`. */
function isFilledIn(value: string): boolean {
  return /^(?:\$\([A-Za-z_][\w.-]*\)|\$\{[^}]*\}|\{\{[^}]*\}\})$/.test(value);
}

/** What begins first, and of what begins at one place what a rule shows, then the widest, a whole value before what is in it. */
function withoutOverlaps(found: readonly Found[]): readonly Found[] {
  let isSorted = true;
  for (let i = 1; i < found.length && isSorted; i++)
    isSorted = (found[i - 1] as Found).end <= (found[i] as Found).start;
  if (isSorted) return found;
  const rank = (one: Found) => {
    if (one.kind === 'shown') return 0;
    if (one.kind === 'whole' || one.kind === 'element') return 1;
    return 'passwords' in one ? 2 : 3;
  };
  const sorted = [...found].sort((one, other) => one.start - other.start || rank(one) - rank(other));
  const kept: Found[] = [];
  for (const one of sorted) if (one.start >= (kept.at(-1)?.end ?? 0)) kept.push(one);
  return kept;
}
