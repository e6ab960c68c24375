/*
 * The slow, obvious masker: parses a document whole, walks it, and prints it. It knows nothing of bytes, chunks or automata; what the editor of the data path makes
 * of any document must equal what it makes, byte for byte.
 *
 * What it shares with the editor are the leaves alone: the making of a mask, what a value looks like, and what is masked inside of a text.
 */
import { detection } from '../../src/masking/detect/detection.ts';
import { isSecretLooking } from '../../src/masking/detect/is-secret-looking.ts';
import { isDescribing, isTellingKey, isTellingPair, tellsOfEach } from '../../src/masking/detect/telling-key.ts';
import { formed, type MaskForm } from '../../src/masking/form/mask-form.ts';
import { insideEdits } from '../../src/masking/inside/inside-edits.ts';
import type { Keying } from '../../src/masking/objects/keying.ts';
import { commandPasswords } from '../../src/masking/text/command-passwords.ts';

interface RawEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Span = Pick<RawEdit, 'start' | 'end'>;

/** A token as it is written, and what is written in its place. */
interface Token {
  readonly raw: string;
  put?: string;
  /** The same as edits of what is written, in bytes. */
  edits?: readonly RawEdit[];
  /** How sure what is put is: a value that is masked whole goes before what is masked inside. */
  isWhole?: boolean;
}

type Node =
  | { readonly kind: 'object'; readonly members: readonly Member[] }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'string'; readonly token: Token; readonly text: string; readonly content: Buffer }
  | { readonly kind: 'bare'; readonly token: Token };

interface Member {
  readonly key: string;
  readonly keyNode: Node;
  readonly node: Node;
}

type StringNode = Extract<Node, { readonly kind: 'string' }>;

/** What an object is to the one around it: its own metadata and annotations, the rest of it, a kubeconfig's user. */
type Within = 'root' | 'applied' | 'metadata' | 'annotations' | 'data' | 'user' | 'none';

function below(within: Within, key: string): Within {
  if (key === 'metadata') return within === 'root' ? 'metadata' : 'none';
  if (key === 'annotations') return within === 'metadata' ? 'annotations' : 'none';
  if (key === 'uid' || key === 'managedFields') return 'none';
  if (key === 'user') return 'user';
  if (within === 'root' || within === 'applied') return 'data';
  return within === 'metadata' ? 'none' : within;
}

/** The kinds of object that it knows. */
export type ObviousKind = 'secrets' | 'configmaps' | 'pods';

const builtIn = detection();
const applied = 'kubectl.kubernetes.io/last-applied-configuration';

/** A document of one of the shapes, masked. */
export function obviouslyMasked(
  text: string,
  shape: 'object' | 'list' | 'watch',
  kind: ObviousKind,
  keying: Keying,
): string {
  const parser = new Parser(text);
  const own = (node: Node) => new Masker(kind, keying, true).document(node);
  const other = (node: Node) => new Masker(kind, keying, false).document(node);
  while (!parser.isAtEnd()) {
    const node = parser.value();
    if (shape === 'object') own(node);
    if (shape === 'object' || node.kind !== 'object') continue;
    for (const { key, node: member } of node.members) {
      if (shape === 'watch' && key === 'object') own(member);
      else if (shape === 'list' && key === 'items' && member.kind === 'list')
        for (const item of member.items) own(item);
      else other(member);
    }
  }
  return parser.tokens.map(({ raw, put }) => put ?? raw).join('');
}

class Parser {
  readonly tokens: Token[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    this.#take(/\s*/y);
    return this.#at === this.#text.length;
  }

  value(): Node {
    this.#take(/\s*/y);
    switch (this.#text[this.#at]) {
      case '{':
        return { kind: 'object', members: this.#all('}', () => this.#member()) };
      case '[':
        return { kind: 'list', items: this.#all(']', () => this.value()) };
      case '"':
        return this.#string();
      default:
        return { kind: 'bare', token: this.#take(/[-+.0-9A-Za-z]+/y) };
    }
  }

  #member(): Member {
    this.#take(/\s*/y);
    const key = this.#string();
    this.#take(/\s*:/y);
    return { key: key.kind === 'string' ? key.text : '', keyNode: key, node: this.value() };
  }

  #string(): Node {
    const token = this.#take(/"(?:[^"\\]|\\.)*"/y);
    const content = Buffer.from(token.raw.slice(1, -1), 'utf8');
    return { kind: 'string', token, text: JSON.parse(token.raw), content };
  }

  #all<T>(close: string, one: () => T): readonly T[] {
    const all: T[] = [];
    this.#take(/./y);
    this.#take(/\s*/y);
    while (this.#text[this.#at] !== close) {
      all.push(one());
      this.#take(/\s*,?\s*/y);
    }
    this.#take(/./y);
    return all;
  }

  #take(pattern: RegExp): Token {
    pattern.lastIndex = this.#at;
    const raw = pattern.exec(this.#text)?.[0];
    if (raw === undefined) throw new Error(`no JSON at ${this.#at}`);
    this.#at += raw.length;
    const token = { raw };
    this.tokens.push(token);
    return token;
  }
}

class Masker {
  readonly #kind: ObviousKind;
  readonly #keying: Keying;
  readonly #isOwn: boolean;
  #uid: string | undefined;

  /** `isOwn`: the document is an object with an identity of its own, of this kind. */
  constructor(kind: ObviousKind, keying: Keying, isOwn: boolean) {
    this.#kind = kind;
    this.#keying = keying;
    this.#isOwn = isOwn;
  }

  document(root: Node, within: 'none' | 'applied' = 'none'): void {
    if (this.#isOwn) this.#uid = uidOf(root);
    if (this.#isOwn) this.#places(root, []);
    this.#look(root, [], '', this.#isOwn ? 'root' : within);
    this.#commands(root, []);
    this.#pairs(root, []);
    this.#embedded(root, []);
  }

  /** What a kind's places say: all below a Secret's data. */
  #places(root: Node, path: readonly string[]): void {
    if (this.#kind !== 'secrets' || root.kind !== 'object') return;
    for (const { key, node } of root.members)
      if ((key === 'data' || key === 'stringData') && node.kind !== 'string' && node.kind !== 'bare')
        this.#wholes(node, [...path, key], key === 'data' ? 'base64' : 'text');
    for (const { key, node } of root.members) if (key === 'items') this.#placesOfItems(node, [...path, key]);
  }

  /** Secrets in a list that is got as one object, as those of an image stream. */
  #placesOfItems(items: Node, path: readonly string[]): void {
    const inner: readonly (readonly [string, Node])[] =
      items.kind === 'list'
        ? items.items.map((node, index) => [String(index), node])
        : items.kind === 'object'
          ? items.members.map(({ key, node }) => [key, node])
          : [];
    for (const [step, item] of inner)
      for (const { key, node } of item.kind === 'object' ? item.members : [])
        if (key === 'data' && node.kind !== 'string' && node.kind !== 'bare')
          this.#wholes(node, [...path, step, key], 'base64');
  }

  #wholes(node: Node, path: readonly string[], form: MaskForm): void {
    if (node.kind === 'string') this.#whole(node, path, form);
    if (node.kind === 'bare' && /^-?[0-9]/.test(node.token.raw))
      edited(node.token, [{ start: 0, end: node.token.raw.length, text: '0' }]);
    if (node.kind === 'object')
      for (const { key, node: inner } of node.members) this.#wholes(inner, [...path, key], form);
    if (node.kind === 'list')
      for (const [index, inner] of node.items.entries()) this.#wholes(inner, [...path, String(index)], form);
  }

  /** What keys and looks say. */
  #look(node: Node, path: readonly string[], key: string, within: Within, isFlagged = false, isListed = false): void {
    const isOneOfEach = (inner: Node, name: string) =>
      !isListed && inner.kind === 'string' && tellsOfEach(key) && !isDescribing(name);
    if (node.kind === 'list')
      for (const [index, inner] of node.items.entries()) {
        const isFlagged = inner.kind === 'string' && isTellingFlag(node.items[index - 1]);
        this.#look(inner, [...path, String(index)], key, within === 'user' ? within : 'none', isFlagged, true);
      }
    if (node.kind === 'object')
      for (const { key: name, keyNode, node: inner } of node.members) {
        if (keyNode.kind === 'string' && holdsValue(name)) this.#inside(keyNode, path, false);
        if (within !== 'metadata' || name !== 'managedFields')
          this.#look(inner, [...path, name], name, below(within, name), isOneOfEach(inner, name));
        else this.#managedFields(inner, [...path, name]);
      }
    if (node.kind === 'string' && node.token.isWhole !== true && node.text !== '')
      this.#string(node, path, key, within, isFlagged);
  }

  #string(node: StringNode, path: readonly string[], key: string, within: Within, isFlagged: boolean): void {
    const said = node.text.trim().replace(/^(Bearer|Basic|Token) /i, '');
    const isTelling =
      (isFlagged || isTellingKey(key)) && node.content.length >= 8 && !node.text.includes('-----BEGIN ');
    const isObject = this.#kind === 'secrets' && node.token.raw[1] === '{';
    if (within === 'annotations' && (key === applied || isObject)) this.#applied(node, path);
    else if (within === 'user' && ['token', 'password', 'client-key-data', 'client-secret'].includes(key))
      this.#whole(node, path, key.endsWith('-data') ? 'base64' : 'text');
    else if (node.content.length >= 7 && isTelling && isSecretLooking(said)) this.#whole(node, path, 'text');
    else if (node.content.length >= 7)
      this.#inside(node, path, within === 'data' && this.#kind === 'configmaps' && path[0] === 'binaryData');
  }

  /** Names, behind `v:` and `k:` values of what was named last, and who wrote them. */
  #managedFields(root: Node, path: readonly string[]): void {
    let name = '';
    for (const node of stringsOf(root)) {
      const raw = node.token.raw.slice(1, -1);
      const element = /^v:\\"(.*)..$/s.exec(raw)?.[1];
      if (raw.startsWith('f:')) {
        name = raw.slice(2);
        if (holdsValue(name)) this.#inside(node, path, false);
      } else if (element !== undefined && isTellingKey(name) && isSecretText(element)) {
        const mask = this.#mask(Buffer.from(element), path.join('\n'), 'text');
        edited(node.token, [{ start: 5, end: Buffer.byteLength(node.token.raw) - 3, text: quoted(mask) }]);
      } else if ((/^[kv]:/.test(raw) || Buffer.from(raw)[1] !== 0x3a) && Buffer.byteLength(raw) >= 7)
        this.#inside(node, path, false);
    }
  }

  /** `command` and `args` side by side, as one command; of each that stands there twice with what stands beside it. */
  #commands(node: Node, path: readonly string[]): void {
    if (node.kind === 'list')
      for (const [index, inner] of node.items.entries()) this.#commands(inner, [...path, String(index)]);
    if (node.kind !== 'object') return;
    let [command, args]: (readonly StringNode[])[] = [[], []];
    const judge = () => {
      const words = [...(command ?? []), ...(args ?? [])];
      for (const { word, spans } of commandPasswords(words.map(({ text }) => text))) {
        const inCommand = command?.length ?? 0;
        const at = word < inCommand ? ['command', String(word)] : ['args', String(word - inCommand)];
        this.#inside(words[word] as StringNode, [...path, ...at], false, spans);
      }
    };
    for (const { key, node: inner } of node.members) {
      if (inner.kind !== 'list' || !inner.items.every((item): item is StringNode => item.kind === 'string')) continue;
      if (key !== 'command' && key !== 'args') continue;
      if ((key === 'command' ? command : args)?.length !== 0) judge();
      if (key === 'command') command = inner.items;
      else args = inner.items;
    }
    judge();
    for (const { key, node: inner } of node.members)
      if (key !== 'managedFields' || path.join() !== 'metadata') this.#commands(inner, [...path, key]);
  }

  /** `name` and `value` side by side. */
  #pairs(node: Node, path: readonly string[]): void {
    if (node.kind === 'list')
      for (const [index, inner] of node.items.entries()) this.#pairs(inner, [...path, String(index)]);
    if (node.kind !== 'object') return;
    const all = (key: string) =>
      node.members.flatMap(({ key: own, node: inner }) => (own === key && inner.kind === 'string' ? [inner] : []));
    if (all('name').some(({ text }) => isTellingPair(text)))
      for (const value of all('value'))
        if (
          value.text !== '' &&
          !/^(?:\$\([A-Za-z_][\w.-]*\)|\$\{[^}]*\}|\{\{[^}]*\}\})$/.test(value.token.raw.slice(1, -1))
        )
          this.#whole(value, [...path, 'value'], 'text');
    for (const { key, node: inner } of node.members) this.#pairs(inner, [...path, key]);
  }

  /** An object that calls itself a Secret, wherever it stands. */
  #embedded(node: Node, path: readonly string[]): void {
    if (node.kind === 'list')
      for (const [index, inner] of node.items.entries()) this.#embedded(inner, [...path, String(index)]);
    if (node.kind !== 'object') return;
    for (const { key, node: inner } of node.members) this.#embedded(inner, [...path, key]);
    const isSecret = node.members.some(
      ({ key, node: kind }) => key === 'kind' && kind.kind === 'string' && /^"Secret"$|\\/.test(kind.token.raw),
    );
    if (!isSecret) return;
    for (const { key, node: inner } of node.members)
      if ((key === 'data' || key === 'stringData') && inner.kind === 'object')
        this.#wholes(inner, [...path, key], key === 'data' ? 'base64' : 'text');
  }

  #whole(node: StringNode, path: readonly string[], form: MaskForm, value = node.content): void {
    if (node.token.isWhole === true || node.text === '') return;
    node.token.isWhole = true;
    const mask = this.#mask(value, path.join('\n'), form);
    edited(node.token, [{ start: 1, end: Buffer.byteLength(node.token.raw) - 1, text: quoted(mask) }]);
  }

  /** `spans`: what of it is masked whatever it looks like, with all that overlaps it. */
  #inside(node: StringNode, path: readonly string[], isBase64: boolean, spans: readonly Span[] = []): void {
    if (node.token.isWhole === true) return;
    const said = Buffer.from(node.text, 'utf8');
    const edits = insideEdits(said, {
      detection: builtIn,
      isBase64,
      maskOf: ({ detector, path: inner, value, form }) =>
        this.#mask(value, `${path.join('\n')}\n${inner}\n${detector}`, form),
    });
    let all: readonly RawEdit[] = edits;
    for (const span of spans) {
      const overlapping = all.filter(({ start, end }) => start < span.end && end > span.start);
      const start = Math.min(span.start, ...overlapping.map((edit) => edit.start));
      const end = Math.max(span.end, ...overlapping.map((edit) => edit.end));
      const text = this.#mask(said.subarray(start, end), `${path.join('\n')}\n\nkeyed-secret`, 'text');
      all = [...all.filter((edit) => !overlapping.includes(edit)), { start, end, text }];
    }
    const inOrder = all.toSorted((one, other) => one.start - other.start);
    if (inOrder.length > 0) edited(node.token, rawEdits(node.token.raw, inOrder));
  }

  /** An object in an annotation is masked as the object itself. */
  #applied(node: StringNode, path: readonly string[]): void {
    let parser: Parser;
    let root: Node;
    try {
      parser = new Parser(node.text);
      root = parser.value();
      if (!parser.isAtEnd()) throw new Error('something follows');
    } catch {
      if (this.#kind === 'secrets') this.#whole(node, path, 'text', Buffer.from(node.text));
      else this.#inside(node, path, false);
      return;
    }
    this.#places(root, []);
    const inner = new Masker(this.#kind, this.#keying, false);
    inner.#uid = this.#uid;
    inner.document(root, 'applied');
    const edits: RawEdit[] = [];
    let at = 0;
    for (const { raw, edits: own = [] } of parser.tokens) {
      for (const { start, end, text } of own) edits.push({ start: at + start, end: at + end, text });
      at += Buffer.byteLength(raw);
    }
    if (edits.length > 0) edited(node.token, rawEdits(node.token.raw, edits));
  }

  #mask(value: Buffer, path: string, form: MaskForm): string {
    const { key, target, exchange, isComparable } = this.#keying;
    const uid = isComparable ? this.#uid : undefined;
    return formed(key.maskOf({ target, uid, path, exchange, compare: 'field' }, value), form, value);
  }
}

/** Whether a key is known by what it is, and not by a name that stands before it in the key. */
function holdsValue(key: string): boolean {
  return builtIn.inBytes(Buffer.from(key)).some(({ detector }) => detector !== 'keyed-secret');
}

function isTellingFlag(node: Node | undefined): boolean {
  const name = node?.kind === 'string' ? /^--?([A-Za-z][\w.-]{0,63})$/.exec(node.text)?.[1] : undefined;
  return name !== undefined && isTellingKey(name);
}

function isSecretText(raw: string): boolean {
  let text = raw;
  try {
    text = JSON.parse(`"${raw}"`);
  } catch {} // cut by a quotation mark of its own: looked at as it is written
  const isLong = Buffer.byteLength(raw) >= 8 && !text.includes('-----BEGIN ');
  return isLong && isSecretLooking(text.trim().replace(/^(Bearer|Basic|Token) /i, ''));
}

/** Its keys and strings, as they are written one behind the other. */
function* stringsOf(node: Node): Generator<StringNode> {
  if (node.kind === 'string') yield node;
  if (node.kind === 'list') for (const item of node.items) yield* stringsOf(item);
  if (node.kind === 'object')
    for (const { keyNode, node: inner } of node.members) {
      if (keyNode.kind === 'string') yield keyNode;
      yield* stringsOf(inner);
    }
}

/** The one uid that its metadata says. */
function uidOf(root: Node): string | undefined {
  const metadata = root.kind === 'object' ? root.members.filter(({ key }) => key === 'metadata') : [];
  const uids = metadata.flatMap(({ node }) =>
    node.kind === 'object' ? node.members.filter(({ key, node: uid }) => key === 'uid' && uid.kind === 'string') : [],
  );
  const [uid] = uids;
  return uids.length === 1 && uid?.node.kind === 'string' ? uid.node.content.toString('utf8') : undefined;
}

/** Edits of what a string of JSON says, as edits of how it is written, character by character; the characters that none of them touches stay as they are. */
function rawEdits(raw: string, edits: readonly RawEdit[]): readonly RawEdit[] {
  const out: { start: number; end: number; text: string }[] = [];
  let [said, at, index] = [0, 1, 0];
  for (const [written] of raw.slice(1, -1).matchAll(/\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|[\s\S]/gu)) {
    const character = JSON.parse(`"${written}"`) as string;
    while (index < edits.length && said >= (edits[index]?.end ?? 0)) index++;
    const edit = edits[index];
    const end = at + Buffer.byteLength(written);
    if (edit !== undefined && said === edit.start) out.push({ start: at, end, text: quoted(edit.text) });
    else if (edit !== undefined && said > edit.start && said < edit.end) (out.at(-1) as { end: number }).end = end;
    said += Buffer.byteLength(character);
    at = end;
  }
  return out;
}

function edited(token: Token, edits: readonly RawEdit[]): void {
  const bytes = Buffer.from(token.raw);
  let [put, at] = ['', 0];
  for (const { start, end, text } of edits) {
    put += bytes.toString('utf8', at, start) + text;
    at = end;
  }
  token.edits = edits;
  token.put = put + bytes.toString('utf8', at);
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
