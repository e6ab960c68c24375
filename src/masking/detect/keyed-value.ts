/**
 * Finds the value that stands behind a name: `password: x`, `API_KEY=x`, `"token": "x"`, `--password x`, `name: DB_PASSWORD` with `value: x` in the next line,
 * YAML's block scalars, elements of XML, and each of them inside a string of JSON with its quotes escaped.
 *
 * Only where the value is, and up to where it is judged: what is a secret is the matcher's to say.
 */
import { byteSet } from './byte-set.ts';
import { isName, isSecretLooking, judgedBytesMax } from './is-secret-looking.ts';
import type { Look } from './look.ts';
import { type Found, matchTail, pending, type Tail } from './matcher.ts';

const nameBytes = byteSet('A-Za-z0-9_./-');
const nameBytesMax = 48;
const spaces = byteSet(' \t');
const digits = byteSet('0-9');
const blanks = byteSet(' \t\r\n');
const backslashes = byteSet('\\');
const escapeLetters = byteSet('nrtfvb');
const quotes = byteSet('"\'`');
const gapBytesMax = 24;

export interface Name {
  readonly text: string;
  /** The same without its first letter, where that may be one of an escape: `\npassword` in a string of JSON or of a program. */
  readonly orText?: string;
  readonly start: number;
  readonly end: number;
}

/** The whole name in which a keyword stands; undefined where more of it may come. */
export function nameAround(look: Look, keywordStart: number, keywordEnd: number): Name | undefined {
  const end = look.run(nameBytes, keywordEnd, nameBytesMax);
  if (look.isOpen(end)) return undefined;
  const start = wordStart(look, keywordStart);
  const name = { text: look.text(start, end), start, end };
  const mayBeEscape = start < keywordStart && look.at(start - 1) === 0x5c && escapeLetters[look.at(start)] === 1;
  return mayBeEscape ? { ...name, orText: name.text.slice(1) } : name;
}

/** Whether a name begins at a place: no byte of one stands right before it. */
export function beginsName(look: Look, at: number): boolean {
  return look.runBack(nameBytes, at, 1) === at;
}

/** Where the blanks before a place begin, none of them a line's end: a name of two words may go on behind them. */
export function blanksBefore(look: Look, at: number): number {
  return look.runBack(spaces, at, gapBytesMax);
}

/** Where the word begins that ends at a place. */
export function wordStart(look: Look, end: number): number {
  return look.runBack(nameBytes, end, nameBytesMax);
}

/** Whether a name tells, or would without the letter of an escape. */
export function tells({ text, orText }: Name, isTelling: (name: string) => boolean): boolean {
  return isTelling(text) || (orText !== undefined && isTelling(orText));
}

/** Where the value behind a name begins, and with which quotation mark; 'more' where it cannot be told yet. */
export interface ValueStart {
  readonly at: number;
  /** The mark that ends it, or -1. */
  readonly quote: number;
  /** How many backslashes stand before its quotation marks. */
  readonly escapes: number;
  /** Whether it is told by more than a name: as the `value` beside a `name`, or in a file of logins. Where the name tells, it is secret however it looks. */
  readonly isSure?: true;
  /** Whether it is the first of a list. */
  readonly isListed?: true;
}

export function valueBehind(look: Look, name: Name): ValueStart | 'more' | undefined {
  let at = afterQuote(look, name.end);
  if (look.isOpen(at)) return 'more';
  const wasQuoted = at > name.end;
  const gap = at;
  at = behindNumber(look, at);
  if (look.isOpen(at)) return 'more';
  const separator = look.at(at);
  if (separator === 0x3a || separator === 0x3d) {
    at++;
    while (look.at(at) === 0x3d || look.at(at) === 0x3e) at++; // `:=` `==` `=>`
    if (look.at(at) === 0x3a && look.at(at + 1) === 0x20) at++; // LDIF’s `:: `, before base64
    return listed(look, at) ?? opened(look, at, separator === 0x3a);
  }
  if (separator === 0x3e && (wasQuoted || isTag(look, name.start))) return opened(look, at + 1, false);
  if (separator === 0x3c) return valueOfElement(look, at);
  if (at > gap && !wasQuoted && look.startsWith('--', name.start)) return opened(look, at, false);
  if (wasQuoted && separator === 0x2c && look.startsWith('-', name.start)) return quotedArgument(look, at + 1);
  const paired = valueOfPair(look, name, at);
  return paired === undefined && at > gap && !wasQuoted ? valueBehindBlank(look, name, at) : paired;
}

/** Behind blanks, and behind the number of one of several: `Unseal Key 1: x`. */
function behindNumber(look: Look, from: number): number {
  const first = look.run(spaces, from, gapBytesMax);
  const numberEnd = first === from ? first : look.run(digits, first, 3);
  return numberEnd === first || (!look.isOpen(numberEnd) && look.at(numberEnd) !== 0x3a) ? first : numberEnd;
}

/** `<password>`, `<ns:password>`: a tag of XML begins before the name. */
function isTag(look: Look, nameStart: number): boolean {
  const before = look.at(nameStart - 1);
  return (
    before === 0x3c || (before === 0x3a && look.at(look.runBack(nameBytes, nameStart - 1, gapBytesMax) - 1) === 0x3c)
  );
}

/** `<name>db.password</name>` with `<value>x</value>` behind it, as Hadoop's files have it. */
function valueOfElement(look: Look, from: number): ValueStart | 'more' | undefined {
  const close = behindWord(look, from, '</name>');
  if (close === 'more' || close === undefined) return close;
  const value = behindWord(look, look.run(blanks, close, 2 * gapBytesMax), '<value>');
  return value === 'more' || value === undefined ? value : opened(look, value, false);
}

function behindWord(look: Look, from: number, word: string): number | 'more' | undefined {
  for (let i = 0; i < word.length; i++) {
    if (look.isOpen(from + i)) return 'more';
    if (look.at(from + i) !== word.charCodeAt(i)) return undefined;
  }
  return from + word.length;
}

/** `"--password", "x"`: what follows a flag in a list of arguments. */
function quotedArgument(look: Look, from: number): ValueStart | 'more' | undefined {
  return quotedBehind(look, behindBlanks(look, from));
}

/** Behind blanks, and behind the sign by which a line of a difference begins. */
function behindBlanks(look: Look, from: number): number {
  let at = look.run(blanks, from, gapBytesMax);
  if (look.at(at) === 0x2b || look.at(at) === 0x2d) at = look.run(blanks, at + 1, gapBytesMax);
  return at;
}

/** `name: DB_PASSWORD` with `value: x` behind it, in YAML, in JSON, or in the difference that the API server tells in a refusal. */
function valueOfPair(look: Look, name: Name, from: number): ValueStart | 'more' | undefined {
  let at = from;
  if (look.at(at) === 0x2c) at++;
  at = afterQuote(look, behindBlanks(look, at));
  if (look.isOpen(at)) return 'more';
  for (let i = 0; i < 5; i++) {
    if (look.isOpen(at + i)) return 'more';
    if ((look.at(at + i) | 0x20) !== 'value'.charCodeAt(i)) return undefined;
  }
  at = look.run(spaces, afterQuote(look, at + 5), gapBytesMax);
  if (look.isOpen(at)) return 'more';
  if (look.at(at) !== 0x3a && look.at(at) !== 0x3d) return undefined;
  const value = opened(look, at + 1, true);
  const isSure =
    value !== 'more' &&
    value !== undefined &&
    value.quote !== -1 &&
    /name[\s"'\\]*[:=][\s"'\\]*$/i.test(before(look, name));
  return isSure ? { ...value, isSure } : value;
}

/**
 * What stands behind a name and a blank alone: in SQL (`PASSWORD 'x'`), in Redis' and slapd's configuration (`requirepass x`), in a `.netrc` (`machine a login b password x`), in a Dockerfile
 * (`ENV TOKEN x`) and behind what sets a variable in a shell. In prose a blank says nothing.
 */
function valueBehindBlank(look: Look, name: Name, at: number): ValueStart | 'more' | undefined {
  if (ofDaemons.test(name.text) || setter.test(before(look, name))) return opened(look, at, false);
  if (!/^pass(?:word|wd|phrase)$/i.test(name.text)) return undefined;
  const value = opened(look, at, false);
  if (value === 'more' || value === undefined || value.quote === 0x27 || value.quote === 0x22) return value;
  if (value.quote !== -1) return undefined;
  const login = /(?:(machine[ \t]+|default)\S*\s+)?login[ \t]+\S+\s+$/.exec(before(look, name));
  if (login === null) return undefined;
  return login[1] === undefined ? value : { ...value, isSure: true };
}

/** Redis' and slapd's. */
const ofDaemons = /^(?:requirepass|masterauth|rootpw)$/i;
/** Of a Dockerfile, of shells, and of AWS' client. */
const setter = /(?:^|\s)(?:ENV|ARG|setenv|set -\w*x\w*|aws configure set)[ \t]+$/;
/** Limit: less than what `TextMasker` keeps of what stands before, so that nothing hangs on how a stream is cut. */
const beforeBytesMax = 80;

function before(look: Look, { start }: Name): string {
  return look.text(Math.max(0, start - beforeBytesMax), start);
}

/** What stands in quotation marks behind blanks. */
export function quotedBehind(look: Look, from: number): ValueStart | 'more' | undefined {
  const value = opened(look, from, false);
  return value === 'more' || value === undefined || value.quote !== -1 ? value : undefined;
}

/** The first of a list of strings. */
function listed(look: Look, from: number): ValueStart | 'more' | undefined {
  const at = look.run(spaces, from, gapBytesMax);
  if (look.at(at) !== 0x5b) return undefined;
  const value = quotedBehind(look, look.run(blanks, at + 1, 2 * gapBytesMax));
  return value === 'more' || value === undefined ? value : { ...value, isListed: true };
}

/** What stands behind blanks, in quotation marks or without. */
export function openedValue(look: Look, from: number): ValueStart | 'more' | undefined {
  return opened(look, from, false);
}

function opened(look: Look, from: number, mayBeBlock: boolean): ValueStart | 'more' | undefined {
  let at = look.run(spaces, from, gapBytesMax);
  if (mayBeBlock && (look.at(at) === 0x7c || look.at(at) === 0x3e)) {
    at = look.run(blockBytes, at, 3);
    at = look.run(blanks, at, 2 * gapBytesMax);
  }
  const quoteAt = look.run(backslashes, at, 4);
  if (look.isOpen(quoteAt)) return 'more';
  const byte = look.at(quoteAt);
  if (quotes[byte] === 1) return quotedValue(look, quoteAt, { quote: byte, escapes: quoteAt - at });
  return byte === -1 ? undefined : { at, quote: -1, escapes: 0 };
}

/** Behind its quotation mark, or behind three of them, as TOML and Python have them before several lines. */
function quotedValue(look: Look, quoteAt: number, mark: Omit<ValueStart, 'at'>): ValueStart | 'more' {
  for (let i = 1; i < 3; i++) {
    if (look.isOpen(quoteAt + i)) return 'more';
    if (look.at(quoteAt + i) !== mark.quote) return { at: quoteAt + 1, ...mark };
  }
  const at = look.run(blanks, quoteAt + 3, gapBytesMax);
  return look.isOpen(at) ? 'more' : { at, ...mark };
}

const blockBytes = byteSet('|>+-');

/** Behind a quotation mark with the backslashes before it, where there is one; the end, where there may come one. */
function afterQuote(look: Look, from: number): number {
  const at = look.run(backslashes, from, 4);
  if (look.isOpen(at)) return at;
  return quotes[look.at(at)] === 1 ? at + 1 : from;
}

/** The value, where it looks secret; all of it goes, up to its quotation mark or what cannot be in it, and with the first of a list all of that. */
export function secretValue(look: Look, value: ValueStart, isAny: boolean): Found {
  const judging = valueTail(value);
  const bound = Math.min(look.end, value.at + judgedBytesMax);
  const judgedEnd = judging.through(look.bytes, value.at, bound, look.isLast && bound === look.end);
  look.steps += judgedEnd - value.at;
  if (!judging.isOver() && bound < value.at + judgedBytesMax && !look.isLast) return pending(value.at);
  const judged = look.text(value.at, judgedEnd);
  if (judged.startsWith('-----BEGIN ')) return undefined; // its own detector knows where it ends
  if (isAny ? isNothing(judged) : !looksSecret(withoutScheme(judged), value.quote === -1)) return undefined;
  return matchTail(look, value.at, value.at, value.isListed === true ? listTail(value) : valueTail(value));
}

/** Without quotation marks it may be a list: of words, where each is one; or the first of it is what another reader takes for the whole value. */
function looksSecret(value: string, mayBeList: boolean): boolean {
  const parts = mayBeList ? value.split(/[,;&]/) : [value];
  if (isSecretLooking(parts[0] as string)) return true;
  return parts.length > 1 && isSecretLooking(value) && !parts.every(isName);
}

/** What stands for no value, or for one that is filled in later. */
function isNothing(value: string): boolean {
  return /^(|true|false|null|~|\{\}|\[\]|[${[<&*].*)$/.test(value);
}

function withoutScheme(value: string): string {
  return value.replace(/^(Bearer|Basic|Token) /i, '');
}

function valueTail({ quote, escapes }: ValueStart): Tail {
  if (quote === -1) return unquotedTail();
  let isOver = true;
  return {
    isOver: () => isOver,
    through: (bytes, from, end) => {
      isOver = true;
      let behind = 0;
      for (let at = from; at < end; at++) {
        const byte = bytes[at] as number;
        if (byte === quote && behind <= escapes) return at - behind;
        if (byte === 0x0a) return at;
        behind = byte === 0x5c ? behind + 1 : 0;
      }
      isOver = false;
      return end - Math.min(behind, backslashesHeldMax);
    },
  };
}

/** What goes on in the next string of a list. */
function listTail({ quote, escapes }: ValueStart): Tail {
  let isOver = true;
  return {
    isOver: () => isOver,
    through: (bytes, from, end, isLast) => {
      isOver = true;
      let behind = 0;
      for (let at = from; at < end; at++) {
        const byte = bytes[at] as number;
        if (byte === 0x0a) return at;
        if (byte === quote && behind <= escapes) {
          const next = nextInList(bytes, at + 1, end, { quote, escapes });
          isOver = next === undefined || isLast;
          if (next === undefined || next === 'more') return at - behind;
          [at, behind] = [next - 1, 0];
        } else behind = byte === 0x5c ? behind + 1 : 0;
      }
      isOver = false;
      return end - Math.min(behind, backslashesHeldMax);
    },
  };
}

/** Where the next string of a list begins, behind the end of one; undefined: there is none; 'more' where it cannot be told yet. */
function nextInList(
  bytes: Uint8Array,
  from: number,
  end: number,
  { quote, escapes }: Pick<ValueStart, 'quote' | 'escapes'>,
): number | 'more' | undefined {
  const comma = behindBlanksIn(bytes, from, end);
  if (comma < end && bytes[comma] !== 0x2c) return undefined;
  const first = behindBlanksIn(bytes, comma + 1, end);
  const quoteAt = first + escapes;
  for (let at = first; at < Math.min(quoteAt, end); at++) if (bytes[at] !== 0x5c) return undefined;
  if (quoteAt >= end) return 'more';
  return bytes[quoteAt] === quote ? quoteAt + 1 : undefined;
}

function behindBlanksIn(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && at - from < 2 * gapBytesMax && blanks[bytes[at] as number] === 1) at++;
  return at;
}

/** A value without quotation marks: it goes on behind `,`, `;` or `&` unless a blank, the end, or the name of another value stands there. */
function unquotedTail(): Tail {
  let isOver = true;
  return {
    isOver: () => isOver,
    through: (bytes, from, end, isLast) => {
      for (let at = from; at < end; at++) {
        const byte = bytes[at] as number;
        if (unquotedBytes[byte] === 1) continue;
        const goesOn = separators[byte] === 1 ? goesOnBehind(bytes, at, end, isLast) : false;
        if (goesOn === true) continue;
        isOver = goesOn === false;
        return at;
      }
      isOver = false;
      return end;
    },
  };
}

const separators = byteSet(',;&');
const nameOfWordsBytes = byteSet('A-Za-z0-9_./ -');

/** Whether a value goes on behind a separator; 'more' where that cannot be told yet. Behind `;` a name may be of several words, as in `;Initial Catalog=a`; `&amp;` is another `&`. */
function goesOnBehind(bytes: Uint8Array, separatorAt: number, end: number, isLast: boolean): boolean | 'more' {
  const first = separatorAt + 1;
  if (first >= end) return isLast ? false : 'more';
  if (unquotedBytes[bytes[first] as number] !== 1) return false;
  const separator = bytes[separatorAt];
  const set = separator === 0x3b ? nameOfWordsBytes : nameBytes;
  let nameEnd = first;
  while (nameEnd < end && nameEnd < first + nameBytesMax && set[bytes[nameEnd] as number] === 1) nameEnd++;
  if (nameEnd >= end) return isLast ? true : 'more';
  const behind = bytes[nameEnd];
  return behind !== 0x3d && behind !== 0x3a && (separator !== 0x26 || behind !== 0x3b);
}

/** How many backslashes at the end of what is there wait for what follows. */
const backslashesHeldMax = 16;

/** Neither blanks, control bytes nor quotation marks, nor what ends a value in flow style, a list or a query: `,` `;` `&` `)` `}` `]` `\`. */
const unquotedBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte > 0x20 && byte !== 0x7f && !'"\'`,;&)}]\\<>'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
