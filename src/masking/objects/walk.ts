/*
 * Walks one value of JSON as it is written, and finds what is to be masked in it. Nothing is parsed into objects and nothing is written anew, so what is not
 * masked keeps its bytes: large integers, `1.0`, escapes, the order of keys, keys that occur twice, `__proto__`.
 *
 * What the document says of itself (whose object it is, the `name` beside a `value`, the `kind` beside `data`) may stand behind what hangs on it: so masks are
 * made when the walk is over. A walk that runs out of bytes is given up and made anew once there are more.
 *
 * It goes along a tape on which strings and brackets are found already, and words without which nothing is secret: an object or list in which none of them stands, and
 * whose place says nothing, is stepped over as a whole.
 */
import { flagOf } from '../detect/flag.ts';
import { isSecretLooking } from '../detect/is-secret-looking.ts';
import { isTellingKey } from '../detect/telling-key.ts';
import { unescaped } from '../json/escapes.ts';
import { keyRole } from '../json/key-role.ts';
import { type KnownKey, KnownKeys, keyOf } from '../json/known-keys.ts';
import { type Place, PlaceMaker } from '../places/place.ts';
import { Cursor, incomplete, isBracket, Unwalkable } from '../tape/cursor.ts';
import { nestingMax, type Tape } from '../tape/tape.ts';
import type { Found } from './found.ts';
import type { ObjectPlan } from './object-plan.ts';

/** What an object is to the one around it. */
type Within = 'none' | 'root' | 'applied' | 'metadata' | 'annotations' | 'user' | 'data';

const keys = new KnownKeys();
const noKey = keyOf('');
/** Of what the heading of a column says to be secret. */
const tellingKey: KnownKey = { ...noKey, isTelling: true };
const tellingBytesMin = 8;
const lookedBytesMin = 7;
const flagBytesMax = 400;
const kubeconfigSecrets: ReadonlySet<string> = new Set(['token', 'password', 'client-key-data', 'client-secret']);
const plain = new PlaceMaker([]).start();
const embedded = {
  data: new PlaceMaker([
    { steps: ['*'], action: { kind: 'mask', rule: 'embedded-secret', form: 'base64', compare: 'field' } },
  ]).start(),
  stringData: new PlaceMaker([
    { steps: ['*'], action: { kind: 'mask', rule: 'embedded-secret', form: 'text', compare: 'field' } },
  ]).start(),
};

export class Walk extends Cursor {
  readonly #plan: ObjectPlan;
  /** Whether what holds no word and stands at no place of its own needs no look. */
  readonly #mayStepOver: boolean;
  readonly #path: string[] = [];
  #found: Found[] = [];
  #uid: string | undefined;
  #uids = 0;
  #isRelease = false;

  /** `tape`: of these bytes and the plan's words; `isLast`: nothing follows behind them. */
  constructor(plan: ObjectPlan, bytes: Buffer, tape: Tape, isLast: boolean) {
    super(bytes, tape, isLast);
    this.#plan = plan;
    this.#mayStepOver = plan.pairsAreTelling;
  }

  /** Forgets what was found, and whose object it was: another one begins. */
  begin(): void {
    this.#found = [];
    this.#path.length = 0;
    this.#uid = undefined;
    this.#uids = 0;
    this.#isRelease = false;
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

  /** The key of a member, with the colon behind it. */
  key(): KnownKey {
    if (this.blank() !== 0x22) throw new Unwalkable('it is not JSON');
    const start = this.place + 1;
    const hasEscapes = this.string();
    const end = this.place - 1;
    this.take(0x3a);
    if (!hasEscapes) return keys.read(this.bytes, start, end);
    const text = unescaped(this.bytes.subarray(start, end));
    if (text === undefined) throw new Unwalkable('a key is not JSON');
    return keyOf(text.toString('utf8'));
  }

  #value(place: Place, key: KnownKey, within: Within): void {
    switch (this.blank()) {
      case 0x7b:
        if (this.#isSteppedOver(place, key, within)) return;
        this.take(0x7b);
        this.#object(place, within);
        return;
      case 0x5b:
        if (this.#isSteppedOver(place, key, within)) return;
        this.take(0x5b);
        this.#list(place, key, within);
        return;
      case 0x22:
        this.#text(place, key, within);
        return;
      default:
        this.#bare(place);
    }
  }

  /**
   * Steps over an object or list of which nothing is masked, where that is known.
   *
   * Security: what is masked for its place, for a word in it, or for a key that tells before it, is not stepped over, nor is where the identity of the object stands.
   */
  #isSteppedOver(place: Place, key: KnownKey, within: Within): boolean {
    const close = this.closing();
    if (!this.#mayStepOver || !place.isPlain || within === 'metadata' || key.isTelling) return false;
    if (within === 'user' && kubeconfigSecrets.has(key.text)) return false;
    if (within === 'annotations' && !this.#plan.place.isPlain) return false;
    if (within === 'data' && this.#isBase64()) return false;
    const end = (this.tape.places[close] as number) + 1;
    if (this.tape.hasWord(this.place, end)) return false;
    this.place = end;
    this.token = close + 1;
    return true;
  }

  #object(place: Place, within: Within): void {
    if (this.#path.length >= nestingMax) throw new Unwalkable(`it is nested deeper than ${nestingMax}`);
    if (this.blank() === 0x7d) {
      this.take(0x7d);
      return;
    }
    const depth = this.#path.length;
    const isOwn = within === 'root' && this.#plan.release === 'secret'; // Masked at its own places, not as one in another.
    // Tokens of the tape; none of a member is the first.
    let [name, value, data, stringData, isSecret] = [0, 0, 0, 0, false];
    for (;;) {
      const key = this.key();
      this.#path[depth] = key.text;
      const first = this.blank();
      const token = this.token;
      switch (key.role) {
        case keyRole.name:
          if (first === 0x22) name = token;
          break;
        case keyRole.value:
          if (first === 0x22) value = token;
          break;
        case keyRole.kind:
          if (first === 0x22) isSecret = !isOwn && this.says('Secret');
          break;
        case keyRole.type:
          if (within === 'root' && first === 0x22 && this.says('helm.sh/release.v1')) this.#isRelease = true;
          break;
        case keyRole.data:
          if (first === 0x7b) data = token;
          break;
        case keyRole.stringData:
          if (first === 0x7b) stringData = token;
          break;
        default:
      }
      if (within === 'metadata' && key.role === keyRole.managedFields) this.#managedFields();
      else
        this.#value(place.key(key.text), key, key.role === keyRole.uid && first !== 0x22 ? 'none' : below(within, key));
      if (this.blank() === 0x7d) break;
      this.take(0x2c);
    }
    this.take(0x7d);
    if (name !== 0 && value !== 0) this.#pair(place, name, value);
    if (isSecret && this.#plan.masksEmbedded && !place.isOpen) {
      if (data !== 0) this.#again(data, embedded.data, 'data');
      if (stringData !== 0) this.#again(stringData, embedded.stringData, 'stringData');
    }
    this.#path.length = depth;
  }

  /** Walks once more what stands beside a kind that says what it is. */
  #again(token: number, place: Place, key: string): void {
    const { length } = this.#path;
    this.#path[length - 1] = key;
    this.peek(() => {
      this.place = this.tape.places[token] as number;
      this.token = token;
      this.take(0x7b);
      this.#object(place, 'none');
    });
    this.#path.length = length;
  }

  #list(place: Place, key: KnownKey, within: Within): void {
    if (this.#path.length >= nestingMax) throw new Unwalkable(`it is nested deeper than ${nestingMax}`);
    if (this.blank() === 0x5d) {
      this.take(0x5d);
      return;
    }
    const depth = this.#path.length;
    let isFlagged = false;
    for (let index = 0; ; index++) {
      this.#path[depth] = String(index);
      const isText = this.blank() === 0x22;
      const at = this.place;
      const ofFlag = isFlagged && isText ? { ...key, isTelling: true } : key;
      this.#value(place.element(index), ofFlag, within === 'user' ? within : 'none');
      isFlagged = isText && this.#isTellingFlag(at + 1, this.place - 1);
      if (this.blank() === 0x5d) break;
      this.take(0x2c);
    }
    this.take(0x5d);
    this.#path.length = depth;
  }

  /** Whether it is an argument that says that the next one is secret, as `--password`. */
  #isTellingFlag(start: number, end: number): boolean {
    const first = this.bytes[start];
    if ((first !== 0x2d && first !== 0x5c) || end - start > flagBytesMax) return false;
    const flag = flagOf(unescaped(this.bytes.subarray(start, end))?.toString('utf8') ?? '');
    return flag !== undefined && isTellingKey(flag);
  }

  #text(place: Place, key: KnownKey, within: Within): void {
    const start = this.place + 1;
    const hasEscapes = this.string();
    const end = this.place - 1;
    const { mask } = place;
    if (within === 'metadata' && key.role === keyRole.uid) {
      this.#uid = this.bytes.toString('utf8', start, end);
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
      if (!this.#mayStepOver || !this.#plan.place.isPlain || this.tape.hasWord(start, end))
        this.#part('applied', start, end, { isMadeSafe: this.#isMadeSafe(within) });
      return;
    }
    if (within === 'data' && key.role === keyRole.release && this.#plan.release === 'configmap') {
      this.#part('release', start, end);
      return;
    }
    const { detection, masksTelling } = this.#plan;
    if (detection === undefined || end - start < lookedBytesMin) {
      if (this.#isMadeSafe(within) && this.tape.hasWord(start, end))
        this.#part('inside', start, end, { isMadeSafe: true });
    }
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
    const isMadeSafe = this.#isMadeSafe(within);
    const mayHold = isMadeSafe ? this.tape.hasWord(start, end) : this.#mayHold(start, end);
    if (isBase64 || mayHold) this.#part('inside', start, end, { isBase64, isMadeSafe });
  }

  #isMadeSafe(within: Within): boolean {
    const { madeSafe } = this.#plan;
    return madeSafe === 'everything' || (madeSafe === 'annotations' && within === 'annotations');
  }

  /** Whether a value may be in a text that is no document of its own, or whose words say so. */
  #mayHold(start: number, end: number): boolean {
    return this.tape.hasWord(start, end) && this.#plan.harmless.find(this.bytes, start, end) === undefined;
  }

  #isSecretText(start: number, end: number, hasEscapes: boolean): boolean {
    const content = this.bytes.subarray(start, end);
    const text = (hasEscapes ? (unescaped(content) ?? content) : content).toString('utf8');
    return !text.includes('-----BEGIN ') && isSecretLooking(text.trim().replace(/^(Bearer|Basic|Token) /i, ''));
  }

  #isBase64(): boolean {
    return this.#plan.base64Keys.size > 0 && this.#plan.base64Keys.has(this.#path[0] as string);
  }

  #pair(place: Place, nameToken: number, valueToken: number): void {
    const { places } = this.tape;
    const [start, end] = [(places[valueToken] as number) + 1, places[valueToken + 1] as number];
    if (place.isOpen || end === start) return;
    const name = this.#stringAt(nameToken);
    const rule = this.#plan.pair(name);
    if (
      rule === undefined ||
      place.key('value').isOpen ||
      isFilledIn(this.bytes.toString('latin1', start, Math.min(end, start + 256)))
    )
      return;
    this.#path[this.#path.length - 1] = 'value';
    this.#whole(start, end, { rule: rule.rule, form: 'text', compare: rule.compare });
  }

  #stringAt(token: number): string {
    const { places, links } = this.tape;
    const [start, end] = [(places[token] as number) + 1, places[token + 1] as number];
    if (links[token + 1] === 0) return keys.read(this.bytes, start, end).text;
    return unescaped(this.bytes.subarray(start, end))?.toString('utf8') ?? '';
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

  #part(
    kind: 'inside' | 'applied' | 'release',
    start: number,
    end: number,
    { isBase64 = false, isMadeSafe = false } = {},
  ): void {
    this.#found.push({ kind, start, end, path: this.#path.join('\n'), isBase64, isMadeSafe });
  }

  /** Numbers, `true`, `false` and `null`: to the next byte that none of them has. */
  #bare(place: Place): void {
    const start = this.place;
    const bytes = this.bytes;
    let at = start;
    while (at < this.bytes.length && bareBytes[bytes[at] as number] === 1) at++;
    if (at === start) throw new Unwalkable('it is not JSON');
    if (at >= this.bytes.length && !this.isLast) throw incomplete;
    this.place = at;
    const first = bytes[start] as number;
    if (place.mask !== undefined && (first === 0x2d || (first >= 0x30 && first <= 0x39)))
      this.#found.push({ kind: 'number', start, end: at, rule: place.mask.rule, path: this.#path.join('\n') });
  }

  /**
   * Passes managed fields: names, of which nothing is masked. The keys of the elements of sets and keyed lists are values, though: `v:"…"` and `k:{"name":"…"}` below the name of the
   * list. They are looked at as these.
   */
  #managedFields(): void {
    const first = this.blank();
    if (first === 0x22) this.string();
    else if (isBracket(first)) this.#namesOfFields();
    else this.#bare(plain);
  }

  #namesOfFields(): void {
    const bytes = this.bytes;
    const { places } = this.tape;
    const close = this.closing();
    const behind = (places[close] as number) + 1;
    let [nameAt, nameEnd] = [0, 0];
    let token = this.tape.hasWord(this.place, behind) ? this.token + 1 : close;
    while (token < close) {
      const start = (places[token] as number) + 1;
      if (bytes[start - 1] !== 0x22) {
        token++;
        continue;
      }
      token += 2;
      if (bytes[start + 1] !== 0x3a) continue;
      const end = places[token - 1] as number;
      if (bytes[start] === 0x66) [nameAt, nameEnd] = [start + 2, end];
      else if (bytes[start] === 0x6b) this.#lookedAt(start, end);
      else if (bytes[start] === 0x76) this.#elementOfSet(start, end, keys.read(bytes, nameAt, nameEnd));
    }
    this.place = behind;
    this.token = close + 1;
  }

  /** Between `v:"` and `"`, whose quotation marks are written with a backslash. */
  #elementOfSet(start: number, end: number, name: KnownKey): void {
    const [from, to] = [start + 4, end - 2];
    const isText = this.bytes[start + 2] === 0x5c && this.bytes[start + 3] === 0x22 && to - from >= tellingBytesMin;
    const { detection, masksTelling } = this.#plan;
    if (isText && detection !== undefined && masksTelling && name.isTelling && this.#isSecretText(from, to, true))
      this.#whole(from, to, { rule: 'keyed-secret', form: 'text', compare: 'field' });
    else this.#lookedAt(start, end);
  }

  #lookedAt(start: number, end: number): void {
    if (this.#plan.detection !== undefined && end - start >= lookedBytesMin && this.#mayHold(start, end))
      this.#part('inside', start, end);
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
