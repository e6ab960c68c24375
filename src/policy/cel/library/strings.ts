/*
 * The string extension where the engine's own counts UTF-16 units instead of characters, drops what stands behind the last cut of a `split`, or refuses what
 * Kubernetes answers. A condition that takes an image or a path apart must see all of it.
 *
 * Source: https://github.com/google/cel-go/blob/v0.26.0/ext/strings.go, which Kubernetes 1.35 uses
 */
import { type CelFunc, CelScalar, celMethod, listType } from '@bufbuild/cel';

const { INT, STRING } = CelScalar;

/** The characters of a text: code points, as CEL counts them. */
function characters(text: string): readonly string[] {
  return [...text];
}

function charAt(text: string, index: bigint): string {
  const all = characters(text);
  checkIndex(index, all.length);
  return all[Number(index)] ?? '';
}

function checkIndex(index: bigint, length: number): void {
  if (index < 0n || index > BigInt(length)) throw new Error(`index out of range: ${index}`);
}

function substring(text: string, start: bigint, end?: bigint): string {
  const all = characters(text);
  const to = end ?? BigInt(all.length);
  checkIndex(start, all.length);
  checkIndex(to, all.length);
  if (start > to) throw new Error(`invalid substring range: ${start} to ${to}`);
  return all.slice(Number(start), Number(to)).join('');
}

/** Where a text stands in another, from `offset` on; nothing stands wherever it is looked for. */
function indexOf(text: string, wanted: string, offset: bigint): bigint {
  if (wanted === '') return offset;
  if (offset < 0n) throw new Error(`index out of range: ${offset}`);
  const all = characters(text);
  if (offset >= BigInt(all.length)) return -1n;
  const skipped = all.slice(0, Number(offset)).join('').length;
  const found = text.indexOf(wanted, skipped);
  return found < 0 ? -1n : BigInt(characters(text.slice(0, found)).length);
}

function lastIndexOf(text: string, wanted: string, offset: bigint | undefined): bigint {
  const all = characters(text);
  if (wanted === '') return offset ?? BigInt(all.length);
  if (offset !== undefined && offset < 0n) throw new Error(`index out of range: ${offset}`);
  if (offset !== undefined && offset >= BigInt(all.length)) return -1n;
  const skipped = offset === undefined ? text.length : all.slice(0, Number(offset)).join('').length;
  const found = text.lastIndexOf(wanted, skipped);
  return found < 0 ? -1n : BigInt(characters(text.slice(0, found)).length);
}

/** At most `count` parts, the last with all that is left; a negative count is no limit. */
function split(text: string, separator: string, count: bigint): string[] {
  if (count === 0n) return [];
  const parts = separator === '' ? [...characters(text)] : text.split(separator);
  if (count < 0n || count >= BigInt(parts.length)) return parts;
  const cut = Number(count) - 1;
  return [...parts.slice(0, cut), parts.slice(cut).join(separator)];
}

/** Limit: characters of a text that a replacement makes; two long texts of a caller's would otherwise make one of gigabytes. */
const REPLACED_LENGTH_MAX = 10_000_000;

/** The first `count` places replaced, all for a negative count; an empty text stands before and behind each character. */
function replace(text: string, old: string, by: string, count: bigint): string {
  if (count === 0n) return text;
  const parts = old === '' ? ['', ...characters(text), ''] : split(text, old, count < 0n ? -1n : count + 1n);
  const places = count < 0n ? parts.length - 1 : Math.min(parts.length - 1, Number(count));
  if (text.length + places * by.length > REPLACED_LENGTH_MAX) throw new Error('the replaced text is too long');
  return parts.slice(0, places + 1).join(by) + parts.slice(places + 1).join('');
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
