/*
 * One string put into a JSON text, every other byte left as it is: what a caller wrote as `1.0`, `1e3` or 2^60 would not survive being read and written
 * again. The text is one that `readJson` has accepted, so nothing is checked twice; its keys are each there once.
 */
import { unreadable } from '../body/unreadable.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The text with `value` at the place that `path` leads to from the top: in place of what stands there, or else at the beginning of the innermost object that
 * is there.
 *
 * @param path at least one key
 * @throws {Refusal} BODY_UNREADABLE something on the way is there and no object
 */
export function putJson(text: string, path: readonly string[], value: string): string {
  return put(text, skipSpace(text, 0), path, value);
}

/** The text of a JSON list with one more value at its end. */
export function appendJson(text: string, value: string): string {
  const end = text.lastIndexOf(']');
  const isEmpty = skipSpace(text, skipSpace(text, 0) + 1) === end;
  return `${text.slice(0, end)}${isEmpty ? '' : ','}${value}${text.slice(end)}`;
}

function put(text: string, start: number, [key, ...rest]: readonly string[], value: string): string {
  if (text[start] !== '{') throw unreadable('something on the way to its version is no object');
  const found = memberAt(text, start, key as string);
  if (found !== undefined) {
    if (rest.length > 0) return put(text, found, rest, value);
    return text.slice(0, found) + JSON.stringify(value) + text.slice(endOfValue(text, found));
  }
  const inner = rest.reduceRight((nested, each) => `{${JSON.stringify(each)}:${nested}}`, JSON.stringify(value));
  const isEmpty = text[skipSpace(text, start + 1)] === '}';
  return `${text.slice(0, start + 1)}${JSON.stringify(key)}:${inner}${isEmpty ? '' : ','}${text.slice(start + 1)}`;
}

/** Where the value of a key of the object at `start` begins. */
function memberAt(text: string, start: number, key: string): number | undefined {
  let at = skipSpace(text, start + 1);
  while (text[at] !== '}') {
    const keyEnd = endOfString(text, at);
    const name: unknown = JSON.parse(text.slice(at, keyEnd));
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (name === key) return value;
    at = skipSpace(text, endOfValue(text, value));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return undefined;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === 0x7b || code === 0x5b || code === 0x7d || code === 0x5d) {
      depth += code === 0x7b || code === 0x5b ? 1 : -1;
      at++;
    } else at = depth === 0 ? endOfWord(text, at) : at + 1;
  } while (depth > 0);
  return at;
}

/** Behind a number, `true`, `false` or `null`. */
function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/[\s,\]}]/.test(text[at] as string)) at++;
  return at;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}
