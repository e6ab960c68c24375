import { type KeywordAutomaton, keywordAutomaton } from '../detect/keyword-automaton.ts';
import { COMMON_WORDS } from './common-words.ts';
import { encodingsOf } from './encodings.ts';

/** A value that must not be seen, and what is shown in its place. */
export interface KnownValue {
  readonly value: Buffer;
  readonly mask: string;
  /** Whether it is masked from 7 bytes on, and though it is a word. */
  readonly isShort?: boolean;
}

/** Known values, put together to be found in a text in all their forms. */
export interface KnownValues {
  /** Over the first bytes of each form. */
  readonly anchors: KeywordAutomaton;
  /** How many of them. */
  readonly anchorBytes: number;
  /** By a hash of the last three of so many bytes: how far no form can begin. */
  readonly shifts: Uint8Array;
  readonly forms: readonly KnownForm[];
}

export interface KnownForm {
  readonly bytes: Buffer;
  readonly isBase64: boolean;
  readonly mask: string;
}

const anchorBytesMax = 8;
const valueBytesMin = 8;
const shortBytesMin = 7;
/** Lines of a value are values of their own from this length on, where they hold no blanks: those of a key, not those of a settings file. */
const lineBytesMin = 24;

/** How many bytes all known values of a stream have at most together. */
export const knownBytesMax = 1024 * 1024;

/**
 * What finds the values given: those of at least 8 bytes that are no common word, without the blanks around them. Undefined where none is left.
 *
 * @throws {RangeError} they are more than 1 MiB together: what cannot be looked for must not be shown
 */
export function knownValues(values: readonly KnownValue[]): KnownValues | undefined {
  const total = values.reduce((sum, { value }) => sum + value.length, 0);
  if (total > knownBytesMax) throw new RangeError(`${total} bytes of known values, more than ${knownBytesMax}`);
  const forms = new Map<string, KnownForm>();
  for (const { value, mask, isShort } of values)
    for (const piece of piecesOf(value)) {
      if (!isWorthMasking(piece, isShort === true)) continue;
      for (const { bytes, isBase64 } of encodingsOf(piece)) {
        const key = bytes.toString('latin1');
        if (forms.has(key)) continue;
        forms.set(key, { bytes, isBase64, mask });
      }
    }
  if (forms.size === 0) return undefined;
  const list = [...forms.values()];
  const anchorBytes = Math.min(anchorBytesMax, ...list.map(({ bytes }) => bytes.length));
  const beginnings = list.map(({ bytes }) => bytes.subarray(0, anchorBytes));
  return {
    anchors: keywordAutomaton(beginnings, false),
    anchorBytes,
    shifts: shiftsOf(beginnings, anchorBytes),
    forms: list,
  };
}

/** What a hash of three bytes is cut to. */
export const shiftMask = 0x7fff;

/** Source: S. Wu, U. Manber, A fast algorithm for multi-pattern searching, 1994 */
function shiftsOf(beginnings: readonly Buffer[], anchorBytes: number): Uint8Array {
  const shifts = new Uint8Array(shiftMask + 1).fill(anchorBytes - 2);
  for (const bytes of beginnings)
    for (let at = 0; at + 3 <= anchorBytes; at++) {
      const hash =
        (((bytes[at] as number) << 10) ^ ((bytes[at + 1] as number) << 5) ^ (bytes[at + 2] as number)) & shiftMask;
      shifts[hash] = Math.min(shifts[hash] as number, anchorBytes - 3 - at);
    }
  return shifts;
}

/** The value without carriage returns, which a terminal adds and takes, and its longer lines. */
function piecesOf(value: Buffer): readonly Buffer[] {
  const text = value.toString('latin1').replaceAll('\r', '').trim();
  const lines = text.split('\n').filter((line) => line.length >= lineBytesMin && !/\s/.test(line));
  return [...new Set([text, ...lines])].map((piece) => Buffer.from(piece, 'latin1'));
}

function isWorthMasking(value: Buffer, isShort: boolean): boolean {
  if (isShort) return value.length >= shortBytesMin;
  return value.length >= valueBytesMin && !COMMON_WORDS.has(value.toString('latin1').toLowerCase());
}
