/*
 * Walks one value of JSON as it is written, and finds what is to be masked in it. Nothing is parsed into objects and nothing is written anew, so what is not
 * masked keeps its bytes: large integers, `1.0`, escapes, the order of keys, keys that occur twice, `__proto__`.
 *
 * What the document says of itself (whose object it is, the `name` beside a `value`, the `kind` beside `data`) may stand behind what hangs on it: so masks are
 * made when the walk is over. A walk that runs out of bytes is given up and made anew once there are more.
 */
import { flagOf } from '../detect/flag.ts';
import { isSecretLooking } from '../detect/is-secret-looking.ts';
import { isTellingKey } from '../detect/telling-key.ts';
import { unescaped } from '../json/escapes.ts';
import { keyRole } from '../json/key-role.ts';
import { type KnownKey, KnownKeys, keyOf } from '../json/known-keys.ts';
import { type Place, PlaceMaker } from '../places/place.ts';
import type { Found } from './found.ts';
import type { ObjectPlan } from './object-plan.ts';

/** Limit: how deep objects and lists may be nested; upstream's own readers take no more. */
export const nestingMax = 1_000;

/** What is walked is not JSON, or nested too deep: it cannot be masked. */
export class Unwalkable extends Error {}

/** Thrown by a walk that needs more bytes. */
export const incomplete: unique symbol = Symbol('incomplete');

/** What an object is to the one around it. */
type Within = 'none' | 'root' | 'applied' | 'metadata' | 'annotations' | 'user' | 'data';

const keys = new KnownKeys();
const noKey = keyOf('');
/** Of what the heading of a column says to be secret. */
const tellingKey: KnownKey = { ...noKey, isTelling: true };
const tellingBytesMin = 8;
const lookedBytesMin = 7;
const flagBytesMax = 400;
const quickBytes = 48;
const kubeconfigSecrets: ReadonlySet<string> = new Set(['token', 'password', 'client-key-data', 'client-secret']);
const embedded = {
  data: new PlaceMaker([
    { steps: ['*'], action: { kind: 'mask', rule: 'embedded-secret', form: 'base64', compare: 'field' } },
  ]).start(),
  stringData: new PlaceMaker([
    { steps: ['*'], action: { kind: 'mask', rule: 'embedded-secret', form: 'text', compare: 'field' } },
  ]).start(),
};

export class Walk {
  readonly #plan: ObjectPlan;
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #isLast: boolean;
  readonly #path: string[] = [];
  #at: number;
  #found: Found[] = [];
  #uid: string | undefined;
  #uids = 0;
  #isRelease = false;

  /** `at`: where the value begins; `isLast`: nothing follows behind these bytes. */
  constructor(plan: ObjectPlan, bytes: Buffer, at: number, isLast: boolean) {
    this.#plan = plan;
    this.#bytes = bytes;
    this.#end = bytes.length;
    this.#isLast = isLast;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  /** Whether nothing but blanks is left of the bytes. */
  isAtEnd(): boolean {
    while (this.#at < this.#end && (this.#bytes[this.#at] as number) <= 0x20) this.#at++;
    return this.#at >= this.#end;
  }

  /** Forgets what was found, and whose object it was: another one begins. */
  begin(): void {
    this.#found = [];
    this.#path.length = 0;
    this.#uid = undefined;
    this.#uids = 0;
    this.#isRelease = false;
  }

  /** Goes on elsewhere. */
  seek(at: number): void {
    this.#at = at;
  }

  /** The uid of the object that was walked as a root; undefined where it has none, or more than one. */
  get uid(): string | undefined {
    return this.#uids === 1 ? this.#uid : undefined;
  }

  /** What was found, in its order, none overlapping another. */
  found(): readonly Found[] {
    const isSecret = this.#plan.release === 'secret' && !this.#isRelease;
    const found = isSecret ? this.#found.map(asSecretValue) : this.#found;
    return withoutOverlaps(found);
  }

  /** The string that begins here, where it has no escapes. */
  text(): string {
    if (this.blank() !== 0x22) return '';
    const start = this.#at + 1;
    const hasEscapes = this.#string();
    return hasEscapes ? '' : this.#bytes.toString('latin1', start, this.#at - 1);
  }

  /** Walks the value that begins here. `isRoot`: it is an object of its own. @throws {Unwalkable} @throws incomplete */
  value(place: Place, isRoot: boolean): void {
    this.#value(place, noKey, isRoot ? 'root' : 'none');
  }

  /** Walks an object as it was applied: its fields stand where those of the object do, but its metadata is nobody's identity. */
  applied(place: Place): void {
    this.#value(place, noKey, 'applied');
  }

  /** Walks a cell of a table. `isTelling`: what it is a column of says that it is secret. */
  cell(place: Place, isTelling: boolean): void {
    this.#value(place, isTelling ? tellingKey : noKey, 'none');
  }

  /** Passes blanks; the byte behind them. */
  blank(): number {
    for (;;) {
      if (this.#at >= this.#end) throw this.#isLast ? new Unwalkable('it ends early') : incomplete;
      const byte = this.#bytes[this.#at] as number;
      if (byte > 0x20) return byte;
      this.#at++;
    }
  }

  take(byte: number): void {
    if (this.blank() !== byte) throw new Unwalkable('it is not JSON');
    this.#at++;
  }

  /** The key of a member, with the colon behind it. */
  key(): KnownKey {
    if (this.blank() !== 0x22) throw new Unwalkable('it is not JSON');
    const start = this.#at + 1;
    const hasEscapes = this.#string();
    const end = this.#at - 1;
    this.take(0x3a);
    if (!hasEscapes) return keys.read(this.#bytes, start, end);
    const text = unescaped(this.#bytes.subarray(start, end));
    if (text === undefined) throw new Unwalkable('a key is not JSON');
    return keyOf(text.toString('utf8'));
  }

  #value(place: Place, key: KnownKey, within: Within): void {
    switch (this.blank()) {
      case 0x7b:
        this.#at++;
        this.#object(place, within);
        return;
      case 0x5b:
        this.#at++;
        this.#list(place, key, within);
        return;
      case 0x22:
        this.#text(place, key, within);
        return;
      default:
        this.#bare(place);
    }
  }

  #object(place: Place, within: Within): void {
    if (this.#path.length >= nestingMax) throw new Unwalkable(`it is nested deeper than ${nestingMax}`);
    if (this.blank() === 0x7d) {
      this.#at++;
      return;
    }
    const depth = this.#path.length;
    const isOwn = within === 'root' && this.#plan.release === 'secret'; // Masked at its own places, not as one in another.
    let [nameAt, valueAt, valueEnd, dataAt, stringDataAt, isSecret] = [0, 0, 0, 0, 0, false];
    for (;;) {
      const key = this.key();
      this.#path[depth] = key.text;
      const first = this.blank();
      const at = this.#at;
      switch (key.role) {
        case keyRole.name:
          if (first === 0x22) nameAt = at;
          break;
        case keyRole.value:
          if (first === 0x22) valueAt = at;
          break;
        case keyRole.data:
          if (first === 0x7b) dataAt = at;
          break;
        case keyRole.stringData:
          if (first === 0x7b) stringDataAt = at;
          break;
        default:
      }
      if (within === 'metadata' && key.role === keyRole.managedFields) this.#managedFields();
      else
        this.#value(place.key(key.text), key, key.role === keyRole.uid && first !== 0x22 ? 'none' : below(within, key));
      if (key.role === keyRole.value && first === 0x22) valueEnd = this.#at;
      if (key.role === keyRole.kind && first === 0x22) isSecret = !isOwn && this.#says(at, 'Secret');
      if (within === 'root' && key.role === keyRole.type && first === 0x22 && this.#says(at, 'helm.sh/release.v1'))
        this.#isRelease = true;
      if (this.blank() === 0x7d) break;
      this.take(0x2c);
    }
    this.#at++;
    if (nameAt !== 0 && valueAt !== 0) this.#pair(place, nameAt, valueAt, valueEnd);
    if (isSecret && this.#plan.masksEmbedded && !place.isOpen) {
      if (dataAt !== 0) this.#again(dataAt, embedded.data, 'data');
      if (stringDataAt !== 0) this.#again(stringDataAt, embedded.stringData, 'stringData');
    }
    this.#path.length = depth;
  }

  /** Walks once more what stands beside a kind that says what it is. */
  #again(at: number, place: Place, key: string): void {
    const [end, depth] = [this.#at, this.#path.length];
    this.#path[this.#path.length - 1] = key;
    this.#at = at + 1;
    this.#object(place, 'none');
    [this.#at, this.#path.length] = [end, depth];
  }

  #list(place: Place, key: KnownKey, within: Within): void {
    if (this.#path.length >= nestingMax) throw new Unwalkable(`it is nested deeper than ${nestingMax}`);
    if (this.blank() === 0x5d) {
      this.#at++;
      return;
    }
    const depth = this.#path.length;
    let isFlagged = false;
    for (let index = 0; ; index++) {
      this.#path[depth] = String(index);
      const isText = this.blank() === 0x22;
      const at = this.#at;
      const ofFlag = isFlagged && isText ? { ...key, isTelling: true } : key;
      this.#value(place.element(index), ofFlag, within === 'user' ? within : 'none');
      isFlagged = isText && this.#isTellingFlag(at + 1, this.#at - 1);
      if (this.blank() === 0x5d) break;
      this.take(0x2c);
    }
    this.#at++;
    this.#path.length = depth;
  }

  /** Whether it is an argument that says that the next one is secret, as `--password`. */
  #isTellingFlag(start: number, end: number): boolean {
    const first = this.#bytes[start];
    if ((first !== 0x2d && first !== 0x5c) || end - start > flagBytesMax) return false;
    const flag = flagOf(unescaped(this.#bytes.subarray(start, end))?.toString('utf8') ?? '');
    return flag !== undefined && isTellingKey(flag);
  }

  #text(place: Place, key: KnownKey, within: Within): void {
    const start = this.#at + 1;
    const hasEscapes = this.#string();
    const end = this.#at - 1;
    const { mask } = place;
    if (within === 'metadata' && key.role === keyRole.uid) {
      this.#uid = this.#bytes.toString('utf8', start, end);
      this.#uids++;
    }
    if (end === start) return;
    if (mask !== undefined) {
      if (key.role === keyRole.release && this.#plan.release === 'secret' && within === 'data' && this.#isAt('data'))
        this.#part('release', start, end);
      else this.#whole(start, end, mask);
      return;
    }
    if (place.isOpen) {
      this.#found.push({ kind: 'shown', start, end, path: this.#path.join('\n') });
      return;
    }
    if (within === 'annotations' && key.role === keyRole.applied) {
      this.#part('applied', start, end);
      return;
    }
    if (within === 'data' && key.role === keyRole.release && this.#plan.release === 'configmap') {
      this.#part('release', start, end);
      return;
    }
    const { detection, masksTelling } = this.#plan;
    if (detection === undefined) return;
    if (masksTelling && within === 'user' && kubeconfigSecrets.has(key.text)) {
      this.#whole(start, end, {
        rule: 'kubeconfig',
        form: key.text.endsWith('-data') ? 'base64' : 'text',
        compare: 'field',
      });
      return;
    }
    if (end - start < lookedBytesMin) return;
    if (masksTelling && key.isTelling && end - start >= tellingBytesMin && this.#isSecretText(start, end, hasEscapes)) {
      this.#whole(start, end, { rule: 'keyed-secret', form: 'text', compare: 'field' });
      return;
    }
    const isBase64 = within === 'data' && this.#isBase64();
    if (isBase64 || hasEscapes || detection.scanner.mayHold(this.#bytes, start, end))
      this.#part('inside', start, end, isBase64);
  }

  #isSecretText(start: number, end: number, hasEscapes: boolean): boolean {
    const content = this.#bytes.subarray(start, end);
    const text = (hasEscapes ? (unescaped(content) ?? content) : content).toString('utf8');
    return !text.includes('-----BEGIN ') && isSecretLooking(text.trim().replace(/^(Bearer|Basic|Token) /i, ''));
  }

  #isBase64(): boolean {
    return this.#plan.base64Keys.size > 0 && this.#plan.base64Keys.has(this.#path[0] as string);
  }

  #pair(place: Place, nameAt: number, valueAt: number, valueEnd: number): void {
    if (place.isOpen || valueEnd - valueAt <= 2) return;
    const [after, depth] = [this.#at, this.#path.length];
    this.#at = nameAt;
    this.#string();
    const name = unescaped(this.#bytes.subarray(nameAt + 1, this.#at - 1))?.toString('utf8') ?? '';
    this.#at = after;
    const rule = this.#plan.pair(name);
    const [start, end] = [valueAt + 1, valueEnd - 1];
    if (
      rule === undefined ||
      place.key('value').isOpen ||
      isFilledIn(this.#bytes.toString('latin1', start, Math.min(end, start + 256)))
    )
      return;
    this.#path[depth - 1] = 'value';
    this.#whole(start, end, { rule: rule.rule, form: 'text', compare: rule.compare });
  }

  #whole(
    start: number,
    end: number,
    { rule, form, compare }: Pick<Extract<Found, { kind: 'whole' }>, 'rule' | 'form' | 'compare'>,
  ): void {
    this.#found.push({ kind: 'whole', start, end, rule, path: this.#path.join('\n'), form, compare });
  }

  /** Whether this is a key right below a key of the object itself. */
  #isAt(key: string): boolean {
    return this.#path.length === 2 && this.#path[0] === key;
  }

  #part(kind: 'inside' | 'applied' | 'release', start: number, end: number, isBase64 = false): void {
    this.#found.push({ kind, start, end, path: this.#path.join('\n'), isBase64 });
  }

  /** Numbers, `true`, `false` and `null`: to the next byte that none of them has. */
  #bare(place: Place): void {
    const start = this.#at;
    const bytes = this.#bytes;
    let at = start;
    while (at < this.#end && bareBytes[bytes[at] as number] === 1) at++;
    if (at === start) throw new Unwalkable('it is not JSON');
    if (at >= this.#end && !this.#isLast) throw incomplete;
    this.#at = at;
    const first = bytes[start] as number;
    if (place.mask !== undefined && (first === 0x2d || (first >= 0x30 && first <= 0x39)))
      this.#found.push({ kind: 'number', start, end: at, rule: place.mask.rule, path: this.#path.join('\n') });
  }

  /** From a string's first quotation mark to behind its last; whether there are escapes in it. */
  #string(): boolean {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    let hasEscapes = false;
    const quickEnd = Math.min(this.#end, at + quickBytes);
    for (;;) {
      if (at >= quickEnd) break;
      const byte = bytes[at] as number;
      if (byte === 0x22) {
        this.#at = at + 1;
        return hasEscapes;
      }
      if (byte === 0x5c) {
        hasEscapes = true;
        at++;
      }
      at++;
    }
    // What is long is left to the search of the platform.
    for (;;) {
      const quote = at >= this.#end ? -1 : bytes.indexOf(0x22, at);
      if (quote === -1) throw this.#isLast ? new Unwalkable('it ends early') : incomplete;
      let backslashes = 0;
      while (quote - backslashes > at && bytes[quote - backslashes - 1] === 0x5c) backslashes++;
      if (backslashes % 2 === 0) {
        this.#at = quote + 1;
        return hasEscapes || bytes.subarray(at, quote).includes(0x5c);
      }
      hasEscapes = true;
      at = quote + 1;
    }
  }

  /**
   * Passes managed fields: names, of which nothing is masked. The keys of the elements of sets and keyed lists are values, though: `v:"…"` and `k:{"name":"…"}` below the name of the
   * list. They are looked at as these.
   */
  #managedFields(): void {
    const bytes = this.#bytes;
    let depth = 0;
    let [nameAt, nameEnd] = [0, 0];
    do {
      const byte = this.blank();
      if (byte === 0x22) {
        const start = this.#at + 1;
        this.#string();
        if (bytes[start + 1] !== 0x3a) continue;
        const end = this.#at - 1;
        if (bytes[start] === 0x66) [nameAt, nameEnd] = [start + 2, end];
        else if (bytes[start] === 0x6b) this.#lookedAt(start, end);
        else if (bytes[start] === 0x76) this.#elementOfSet(start, end, keys.read(bytes, nameAt, nameEnd));
      } else {
        this.#at++;
        if (byte === 0x7b || byte === 0x5b) depth++;
        else if (byte === 0x7d || byte === 0x5d) depth--;
        else if (depth === 0) {
          while (this.#at < this.#end && bareBytes[bytes[this.#at] as number] === 1) this.#at++;
          return;
        }
      }
    } while (depth > 0);
  }

  /** Between `v:"` and `"`, whose quotation marks are written with a backslash. */
  #elementOfSet(start: number, end: number, name: KnownKey): void {
    const [from, to] = [start + 4, end - 2];
    const isText = this.#bytes[start + 2] === 0x5c && this.#bytes[start + 3] === 0x22 && to - from >= tellingBytesMin;
    const { detection, masksTelling } = this.#plan;
    if (isText && detection !== undefined && masksTelling && name.isTelling && this.#isSecretText(from, to, true))
      this.#whole(from, to, { rule: 'keyed-secret', form: 'text', compare: 'field' });
    else this.#lookedAt(start, end);
  }

  #lookedAt(start: number, end: number): void {
    const { detection } = this.#plan;
    if (end - start >= lookedBytesMin && detection?.scanner.mayHold(this.#bytes, start, end) === true)
      this.#part('inside', start, end);
  }

  #says(at: number, text: string): boolean {
    if (this.#bytes[at + 1 + text.length] === 0x22)
      return this.#bytes.toString('latin1', at + 1, at + 1 + text.length) === text;
    return false;
  }
}

function below(within: Within, { role }: KnownKey): Within {
  switch (role) {
    case keyRole.metadata:
      return within === 'root' ? 'metadata' : 'none';
    case keyRole.uid:
    case keyRole.managedFields:
      return within === 'metadata' ? within : 'none';
    case keyRole.annotations:
      return within === 'metadata' ? 'annotations' : 'none';
    case keyRole.user:
      return 'user';
    default:
  }
  if (within === 'root' || within === 'applied') return 'data';
  return within === 'metadata' ? 'none' : within;
}

/** What is called `release` in a Secret that is none of Helm's is a value like others. */
function asSecretValue(found: Found): Found {
  if (found.kind !== 'release') return found;
  const { start, end, path } = found;
  return { kind: 'whole', start, end, path, rule: 'secret-values', form: 'base64', compare: 'field' };
}

/** A value that is filled in from elsewhere, as `$(OTHER)`. */
function isFilledIn(value: string): boolean {
  return /^(?:\$\([A-Za-z_][\w.-]*\)|\$\{[^}]*\}|\{\{[^}]*\}\})$/.test(value);
}

const bareBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[-+.0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** What begins first, and of what begins at one place what a rule shows, then the widest, a whole value before what is in it. */
function withoutOverlaps(found: readonly Found[]): readonly Found[] {
  let isSorted = true;
  for (let i = 1; i < found.length && isSorted; i++)
    isSorted = (found[i - 1] as Found).end <= (found[i] as Found).start;
  if (isSorted) return found;
  const rank = ({ kind }: Found) => (kind === 'shown' ? 0 : kind === 'whole' ? 1 : 2);
  const sorted = [...found].sort((one, other) => one.start - other.start || rank(one) - rank(other));
  const kept: Found[] = [];
  for (const one of sorted) if (one.start >= (kept.at(-1)?.end ?? 0)) kept.push(one);
  return kept;
}
