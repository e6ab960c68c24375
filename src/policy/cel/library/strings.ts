/*
 * The string extension where the engine's own counts UTF-16 units instead of characters, drops what stands behind the last cut of a `split`, or refuses what
 * Kubernetes answers. A condition that takes an image or a path apart must see all of it.
 *
 * Source: https://github.com/google/cel-go/blob/v0.26.0/ext/strings.go, which Kubernetes 1.35 uses
 */
import { type CelFunc, CelScalar, celMethod, listType } from '@bufbuild/cel';
import { LIST_LENGTH_MAX } from '../value.ts';

const { INT, STRING } = CelScalar;

/** How many characters a text has: code points, as CEL counts them. Counted without a list of them, since every turn of a loop may ask. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let i = 1; i < text.length; i++) if (isPair(text, i - 1)) length--;
  return length;
}

/** Whether the two units from `at` on are one character; a low one never begins one. */
function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/** Where a character begins, in UTF-16 units; the end of the text for the one behind the last. */
function unitOf(text: string, index: bigint): number {
  const wanted = Number(index);
  let unit = 0;
  for (let i = 0; i < wanted && unit < text.length; i++) unit += isPair(text, unit) ? 2 : 1;
  return unit;
}

function charAt(text: string, index: bigint): string {
  checkIndex(index, lengthOf(text));
  const unit = unitOf(text, index);
  return text.slice(unit, unit + (isPair(text, unit) ? 2 : 1));
}

function checkIndex(index: bigint, length: number): void {
  if (index < 0n || index > BigInt(length)) throw new Error(`index out of range: ${index}`);
}

function substring(text: string, start: bigint, end?: bigint): string {
  const length = lengthOf(text);
  const to = end ?? BigInt(length);
  checkIndex(start, length);
  checkIndex(to, length);
  if (start > to) throw new Error(`invalid substring range: ${start} to ${to}`);
  return text.slice(unitOf(text, start), unitOf(text, to));
}

/** Where a text stands in another, from `offset` on; nothing stands wherever it is looked for. */
function indexOf(text: string, wanted: string, offset: bigint): bigint {
  if (wanted === '') return offset;
  if (offset < 0n) throw new Error(`index out of range: ${offset}`);
  return characterAt(text, text.indexOf(wanted, unitOf(text, offset)));
}

function lastIndexOf(text: string, wanted: string, offset: bigint | undefined): bigint {
  if (wanted === '') return offset ?? BigInt(lengthOf(text));
  if (offset !== undefined && offset < 0n) throw new Error(`index out of range: ${offset}`);
  if (offset !== undefined && offset >= BigInt(lengthOf(text))) return -1n;
  return characterAt(text, text.lastIndexOf(wanted, offset === undefined ? text.length : unitOf(text, offset)));
}

/** The number of the character that begins at a unit; -1 for none. */
function characterAt(text: string, unit: number): bigint {
  return unit < 0 ? -1n : BigInt(lengthOf(text.slice(0, unit)));
}

/** At most `count` parts, the last with all that is left; a negative count is no limit. */
function split(text: string, separator: string, count: bigint): string[] {
  if (count === 0n) return [];
  const parts = separator === '' ? [...text] : text.split(separator);
  if (parts.length > LIST_LENGTH_MAX) throw new RangeError(`a list of more than ${LIST_LENGTH_MAX} items`);
  if (count < 0n || count >= BigInt(parts.length)) return parts;
  const cut = Number(count) - 1;
  return [...parts.slice(0, cut), parts.slice(cut).join(separator)];
}

/** Limit: characters of a text that a replacement makes; two long texts of a caller's would otherwise make one of gigabytes. */
const REPLACED_LENGTH_MAX = 10_000_000;

/** The first `count` places replaced, all for a negative count; an empty text stands before and behind each character. */
function replace(text: string, old: string, by: string, count: bigint): string {
  if (count === 0n) return text;
  const parts = old === '' ? ['', ...text, ''] : text.split(old);
  const places = count < 0n ? parts.length - 1 : Math.min(parts.length - 1, Number(count));
  if (text.length + places * by.length > REPLACED_LENGTH_MAX) throw new Error('the replaced text is too long');
  const rest = parts.slice(places + 1).map((part) => old + part);
  return parts.slice(0, places + 1).join(by) + rest.join('');
}

/** Methods that stand in place of the engine's of the same name. */
export const STRINGS: readonly CelFunc[] = [
  celMethod('charAt', STRING, [INT], STRING, function (index) {
    return charAt(this, index);
  }),
  celMethod('indexOf', STRING, [STRING], INT, function (wanted) {
    return indexOf(this, wanted, 0n);
  }),
  celMethod('indexOf', STRING, [STRING, INT], INT, function (wanted, offset) {
    return indexOf(this, wanted, offset);
  }),
  celMethod('lastIndexOf', STRING, [STRING], INT, function (wanted) {
    return lastIndexOf(this, wanted, undefined);
  }),
  celMethod('lastIndexOf', STRING, [STRING, INT], INT, function (wanted, offset) {
    return lastIndexOf(this, wanted, offset);
  }),
  celMethod('replace', STRING, [STRING, STRING], STRING, function (old, by) {
    return replace(this, old, by, -1n);
  }),
  celMethod('replace', STRING, [STRING, STRING, INT], STRING, function (old, by, count) {
    return replace(this, old, by, count);
  }),
  celMethod('split', STRING, [STRING], listType(STRING), function (separator) {
    return split(this, separator, -1n);
  }),
  celMethod('split', STRING, [STRING, INT], listType(STRING), function (separator, count) {
    return split(this, separator, count);
  }),
  celMethod('substring', STRING, [INT], STRING, function (start) {
    return substring(this, start);
  }),
  celMethod('substring', STRING, [INT, INT], STRING, function (start, end) {
    return substring(this, start, end);
  }),
];
