/*
 * An instance of the walk that is compiled from wasm/, with the words and places of what it walks. What it has read once it keeps: which keys mean what, which place follows which, and
 * which strings hold nothing. So it serves one set of words alone, and one walk at a time.
 *
 * Places in its memory are numbers; `bytes` of a walk begin at `bytesAt`.
 */
import { KUBECONFIG_SECRETS } from '../detect/kubeconfig-secrets.ts';
import { isDescribing, isTellingKey, tellsOfEach } from '../detect/telling-key.ts';
import { armour, armourEnd, pemBeginning, pemBeginningBase64 } from '../form/mask-form.ts';
import type { TargetKey } from '../form/target-key.ts';
import { unescaped } from '../json/escapes.ts';
import { roleOf } from '../json/key-role.ts';
import { type MaskAction, type Place, PlaceMaker } from '../places/place.ts';
import { type CommandPasswords, commandPasswords } from '../text/command-passwords.ts';
import { textMaskPrefix } from '../text/text-mask.ts';
import { incomplete, Unwalkable } from './unwalkable.ts';
import { walkModule } from './walk-module.ts';
import type { Words } from './words.ts';

/** As far as it is used; Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => { readonly isModule: true };
  readonly Instance: new (module: { readonly isModule: true }, imports: object) => { readonly exports: object };
};

/** What a walk is asked for that the instance does not know by itself. */
export interface Host {
  /** What is done with the value beside a name. */
  readonly pair: (name: string, value: string) => MaskAction | undefined;
  /** Whether a value behind a key that tells looks secret. */
  readonly looksSecret: (value: string) => boolean;
  readonly isTellingFlag: (argument: string) => boolean;
  /** Whether a detector knows a value in a key. */
  readonly holdsValue: (key: string) => boolean;
}

/** What the instance can do: wasm/index.ts. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly actionCountsAt: () => number;
  readonly at: () => number;
  readonly begin: (length: number, isLast: number, plan: number, haveIndexes: number) => void;
  readonly blank: () => number;
  readonly bytesAt: () => number;
  readonly describeAction: (action: number, bits: number) => void;
  readonly describePlace: (place: number, bits: number) => void;
  readonly document: (place: number, key: number, within: number) => void;
  readonly documents: (place: number, isFirst: number) => number;
  readonly exchangeAt: () => number;
  readonly followerAdded: (start: number, length: number) => void;
  readonly forgetPlaces: () => void;
  readonly foundAt: () => number;
  readonly foundWholeEnd: () => number;
  readonly hasKeyEscapes: () => number;
  readonly hasWord: (start: number, end: number) => number;
  readonly isAtEnd: () => number;
  readonly isHarmless: (start: number, end: number) => void;
  readonly keyBlockAt: () => number;
  readonly keyChanged: () => void;
  readonly keyEndAt: () => number;
  readonly keyStartAt: () => number;
  readonly maskDocuments: (
    from: number,
    records: number,
    recordsEnd: number,
    isComparable: number,
    exchangeLength: number,
  ) => number;
  readonly maskedAt: () => number;
  readonly maskedEnd: () => number;
  readonly maskedTo: () => number;
  readonly markIs: (byte: number) => void;
  readonly moveTo: (place: number, token: number) => void;
  readonly passKey: () => number;
  readonly passString: () => number;
  readonly prepare: () => void;
  readonly room: (length: number) => void;
  readonly takeByte: (byte: number) => void;
  readonly textsAt: () => number;
  readonly tokenAt: () => number;
  readonly wordAdded: (start: number, length: number, kind: number, counting: number) => void;
  readonly wordsAreAnywhere: () => void;
}

/** How deep objects and lists may be nested; upstream's own readers take no more than 10,000, and write far less. */
export const nestingMax = 1_000;
/** Limit: places that have numbers. Before a walk that begins with more than half of them all are given anew. */
const placesMax = 16_384;
/** Limit: bytes of a value that is filled in from elsewhere, as `$(OTHER)`; a longer one is a value like others. */
const filledInBytesMax = 256;
/** Limit: actions that are done here; values of others are masked one by one. */
const actionsMax = 1_024;
/** Limit: of the name of an exchange. */
const exchangeBytesMax = 1_024;
/** As much of a digest as a mask has. */
const digestBytes = 16;
const telling = 0x100;
const kubeSecret = 0x200;
const kubeBase64 = 0x400;
const ofEach = 0x800;
const describing = 0x1000;
const holdsValue = 0x2000;
const stepEscaped = 1;
const stepIndex = 2;

const ofRule = (rule: string, form: MaskAction['form']): MaskAction => ({ kind: 'mask', rule, form, compare: 'field' });
/** Numbered from 1 on, as wasm/walk.ts has them. */
const ownActions = [
  ofRule('kubeconfig', 'text'),
  ofRule('kubeconfig', 'base64'),
  ofRule('keyed-secret', 'text'),
  ofRule('secret-values', 'base64'),
];
const belowAll = (rule: string, form: MaskAction['form']) =>
  new PlaceMaker([{ steps: ['*'], action: ofRule(rule, form) }]).start();
const plain = new PlaceMaker([]).start();
const ownPlaces = [plain, belowAll('embedded-secret', 'base64'), belowAll('embedded-secret', 'text')];
/** As wasm/texts.ts has them. */
const ownTexts = [
  ...['value', 'data', 'stringData', 'Secret', 'helm.sh/release.v1', textMaskPrefix],
  ...[armour.trim(), armourEnd.trim(), pemBeginning, pemBeginningBase64],
];
const textBytes = 32;

let compiled: InstanceType<typeof WebAssembly.Module> | undefined;

export class Machine {
  readonly run: Exports;
  /** Where bytes begin that are walked. */
  readonly bytesAt: number;
  #host: Host | undefined;
  #memory: Buffer = Buffer.alloc(0);
  readonly #places: Place[] = [];
  readonly #placeNumbers = new Map<Place, number>();
  readonly #actions: MaskAction[] = [];
  readonly #actionNumbers = new Map<string, number>();
  #key: TargetKey | undefined;
  /** Words of commands in which passwords stand: of all since bytes were given, and of the last one. */
  readonly #passwords: CommandPasswords[] = [];
  #ofCommand: readonly CommandPasswords[] = [];

  constructor(words: Words) {
    compiled ??= new WebAssembly.Module(Buffer.from(walkModule, 'base64'));
    const outside = {
      fail,
      keyMeaning: (start: number, end: number, hasEscapes: number) =>
        this.#meaningOf(this.text(start, end, hasEscapes === 1)),
      placeBehind: (place: number, start: number, end: number, kind: number) => this.#behind(place, start, end, kind),
      looksSecret: (start: number, end: number, hasEscapes: number) =>
        Number(this.#asked().looksSecret(this.#lenient(start, end, hasEscapes === 1))),
      isTellingFlag: (start: number, end: number) =>
        Number(this.#asked().isTellingFlag(this.#lenient(start, end, true))),
      pairAction: (nameStart: number, nameEnd: number, hasEscapes: number, start: number, end: number) => {
        const name = this.#lenient(nameStart, nameEnd, hasEscapes === 1, '');
        const isLong = end - start > filledInBytesMax;
        const action = this.#asked().pair(name, isLong ? '' : this.memory.toString('latin1', start, end));
        return action === undefined ? 0 : this.#actionNumber(action);
      },
      commandPasswords: (commandStart: number, commandEnd: number, argsStart: number, argsEnd: number) =>
        this.#commandPasswords([...this.#strings(commandStart, commandEnd), ...this.#strings(argsStart, argsEnd)]),
      passwordAt: (n: number) => this.#ofCommand[n]?.word ?? 0,
      longDigest: (scope: number, length: number, start: number, end: number, to: number) => {
        const { memory } = this;
        const digest = this.#key?.digest(memory.subarray(scope, scope + length), memory.subarray(start, end)) as string;
        memory.write(digest.slice(0, digestBytes), to, 'latin1');
      },
    };
    this.run = new WebAssembly.Instance(compiled, { outside }).exports as Exports;
    this.run.prepare();
    this.bytesAt = this.run.bytesAt();
    for (const [index, text] of ownTexts.entries()) this.memory.write(text, this.run.textsAt() + index * textBytes);
    for (const action of ownActions) this.#actionNumber(action);
    this.#numberOwnPlaces();
    this.#addWords(words);
  }

  /** All of its memory, as it is until the next call. */
  get memory(): Buffer {
    const { buffer } = this.run.memory;
    if (this.#memory.buffer !== buffer) this.#memory = Buffer.from(buffer);
    return this.#memory;
  }

  /** Bytes in one row, to be walked by a plan whose objects begin at `root`; what is asked meanwhile is asked of `host`. */
  begin(parts: readonly Uint8Array[], length: number, isLast: boolean, plan: number, root: Place, host: Host): void {
    this.#host = host;
    this.#passwords.length = 0;
    if (this.#places.length > placesMax / 2) this.#forgetPlaces();
    this.run.room(length);
    const { memory } = this;
    let at = this.bytesAt;
    for (const part of parts) {
      memory.set(part, at);
      at += part.length;
    }
    this.run.begin(length, Number(isLast), plan, Number(root.hasIndexes));
  }

  /** Masks are made under a key, for an exchange of a name; how long that is, or undefined where it is too long to be written here. */
  useKey(key: TargetKey, exchange: string): number | undefined {
    const length = Buffer.byteLength(exchange);
    if (length > exchangeBytesMax) return undefined;
    this.memory.write(exchange, this.run.exchangeAt());
    if (this.#key === key) return length;
    this.#key = key;
    this.memory.set(key.block, this.run.keyBlockAt());
    this.run.keyChanged();
    return length;
  }

  /** How many values were masked by each rule since this was asked last. */
  takeCounts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const from = this.run.actionCountsAt();
    for (let number = 1; number <= this.#actions.length && number < actionsMax; number++) {
      const at = from + 4 * number;
      const count = this.memory.readUInt32LE(at);
      if (count === 0) continue;
      const { rule } = this.action(number);
      counts.set(rule, (counts.get(rule) ?? 0) + count);
      this.memory.writeUInt32LE(0, at);
    }
    return counts;
  }

  /** Keeps nothing that was asked of. */
  end(): void {
    this.#host = undefined;
  }

  /** The number of a place. */
  numberOf(place: Place): number {
    if (place.isPlain) return 0;
    const known = this.#placeNumbers.get(place);
    if (known !== undefined) return known;
    const number = this.#places.length;
    // Limit: what one document can lead to; patterns that tell so many places apart are none that anybody writes.
    if (number >= placesMax) throw new Unwalkable(`the rules of masks tell more than ${placesMax} places apart`);
    this.#places.push(place);
    this.#placeNumbers.set(place, number);
    const action = place.mask === undefined ? 0 : this.#actionNumber(place.mask);
    this.run.describePlace(number, Number(place.isOpen) | (action << 8));
    return number;
  }

  /** The place of a number. */
  place(number: number): Place {
    return this.#places[number] as Place;
  }

  /** The action of a number. */
  action(number: number): MaskAction {
    return this.#actions[number - 1] as MaskAction;
  }

  /** What stands in memory. @throws {Unwalkable} it is no string of JSON */
  text(start: number, end: number, hasEscapes: boolean): string {
    if (!hasEscapes) return this.memory.toString('utf8', start, end);
    const text = unescaped(this.memory.subarray(start, end));
    if (text === undefined) throw new Unwalkable('a key is not JSON');
    return text.toString('utf8');
  }

  /** The same; what is no string of JSON is `otherwise`, or as it is written. */
  #lenient(start: number, end: number, hasEscapes: boolean, otherwise?: string): string {
    const written = this.memory.subarray(start, end);
    const said = hasEscapes ? unescaped(written) : written;
    return said?.toString('utf8') ?? otherwise ?? written.toString('utf8');
  }

  #behind(place: number, start: number, end: number, kind: number): number {
    const from = this.#places[place] as Place;
    return this.numberOf(
      kind === stepIndex ? from.element(start) : from.key(this.text(start, end, kind === stepEscaped)),
    );
  }

  /** What was found in a word of a command. */
  passwords(number: number): CommandPasswords {
    return this.#passwords[number] as CommandPasswords;
  }

  #commandPasswords(words: readonly string[]): number {
    this.#ofCommand = commandPasswords(words);
    for (const found of this.#ofCommand) this.#passwords.push(found);
    return this.#ofCommand.length;
  }

  /** The strings of a list. */
  #strings(start: number, end: number): readonly string[] {
    if (start === end) return [];
    try {
      return JSON.parse(this.memory.toString('utf8', start, end)) as readonly string[];
    } catch {
      throw new Unwalkable('the words of a command are not JSON');
    }
  }

  #meaningOf(key: string): number {
    return meaningOf(key) | (this.#asked().holdsValue(key) ? holdsValue : 0);
  }

  #asked(): Host {
    if (this.#host === undefined) throw new Error('nothing is walked');
    return this.#host;
  }

  #actionNumber(action: MaskAction): number {
    const id = `${action.form} ${action.compare} ${action.rule}`;
    const known = this.#actionNumbers.get(id);
    if (known !== undefined) return known;
    const number = this.#actions.push(action);
    if (number < actionsMax)
      this.run.describeAction(
        number,
        Number(action.form === 'base64') | (action.compare === 'object' ? 2 : action.compare === 'target' ? 4 : 0),
      );
    this.#actionNumbers.set(id, number);
    return number;
  }

  #forgetPlaces(): void {
    this.#places.length = 0;
    this.#placeNumbers.clear();
    this.run.forgetPlaces();
    this.#numberOwnPlaces();
  }

  #numberOwnPlaces(): void {
    this.#places.push(plain);
    for (const place of ownPlaces.slice(1)) this.numberOf(place);
  }

  #addWords(words: Words): void {
    if (words.areAnywhere) this.run.wordsAreAnywhere();
    let index = 0;
    const added = (list: readonly Buffer[], counting: number) => {
      for (const word of list)
        this.run.wordAdded(this.#written(word), word.length, words.kinds[index++] as number, counting);
    };
    added(words.list, 0);
    added(words.firsts, 1);
    added(words.marked, 2);
    for (const word of words.followers) this.run.followerAdded(this.#written(word), word.length);
    this.run.markIs(words.mark);
  }

  /** Where it stands in memory now. */
  #written(word: Buffer): number {
    this.run.room(word.length);
    this.memory.set(word, this.bytesAt);
    return this.bytesAt;
  }
}

/** What a key means, as wasm/key.ts has it. */
function meaningOf(key: string): number {
  const isKubeSecret = KUBECONFIG_SECRETS.has(key);
  return (
    roleOf(key) |
    (isTellingKey(key) ? telling : 0) |
    (isKubeSecret ? kubeSecret : 0) |
    (isKubeSecret && key.endsWith('-data') ? kubeBase64 : 0) |
    (tellsOfEach(key) ? ofEach : 0) |
    (isDescribing(key) ? describing : 0)
  );
}

/** Why a walk ends, as wasm/cursor.ts has it. */
function fail(why: number): never {
  switch (why) {
    case 0:
      throw incomplete;
    case 1:
      throw new Unwalkable('it ends early');
    case 2:
      throw new Unwalkable(`it is not JSON, or nested deeper than ${nestingMax}`);
    case 3:
      throw new Unwalkable('it is not JSON');
    case 4:
      throw new Unwalkable(`it is nested deeper than ${nestingMax}`);
    default:
      throw new Unwalkable('there is more to be masked in it than there is room for');
  }
}
