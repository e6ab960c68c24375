/*
 * Texts as numbers, and numbers as instants, as Kubernetes reads them. The engine's own go by JavaScript, where an empty text is 0 and a word is NaN: a condition
 * such as `int(object.metadata.labels.level) < 3` would then be true of a label that says nothing, where it has to break off.
 *
 * Source: `ConvertToType` in https://github.com/google/cel-go/blob/v0.26.0/common/types/string.go and int.go, with Go's strconv
 */
import { type CelFunc, CelScalar, celFunc, celUint } from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { TIMESTAMP } from './opaque.ts';

const { BOOL, DOUBLE, INT, STRING, UINT } = CelScalar;

function whole(text: string, form: RegExp, least: bigint, greatest: bigint): bigint {
  const value = form.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
  if (value === undefined || value < least || value > greatest) throw new Error('not a whole number in range');
  return value;
}

/** Hexadecimal fractions and `_`, which Go reads too, are refused. */
function double(text: string): number {
  const [, sign, digits, word] =
    /^([+-]?)(?:((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|(inf|infinity|nan))$/i.exec(text) ?? [];
  if (word !== undefined) return /^nan$/i.test(word) ? Number.NaN : sign === '-' ? -Infinity : Infinity;
  const value = digits === undefined ? Number.NaN : Number(digits);
  if (!Number.isFinite(value)) throw new Error('not a number in range');
  return sign === '-' ? -value : value;
}

/** Source: `ParseBool` of Go's strconv */
function truth(text: string): boolean {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw new Error('neither true nor false');
}

/** Seconds of the years 1 to 9999. */
const [SECONDS_LEAST, SECONDS_GREATEST] = [-62_135_596_800n, 253_402_300_799n];

function instant(seconds: bigint) {
  if (seconds < SECONDS_LEAST || seconds > SECONDS_GREATEST) throw new Error('the timestamp is out of range');
  return create(TimestampSchema, { seconds });
}

/** Functions that stand in place of the engine's of the same name. */
export const CONVERSIONS: readonly CelFunc[] = [
  celFunc('bool', [STRING], BOOL, truth),
  celFunc('int', [STRING], INT, (text) => whole(text, /^[+-]?\d{1,40}$/, -(2n ** 63n), 2n ** 63n - 1n)),
  celFunc('uint', [STRING], UINT, (text) => celUint(whole(text, /^\d{1,40}$/, 0n, 2n ** 64n - 1n))),
  celFunc('double', [STRING], DOUBLE, double),
  celFunc('timestamp', [INT], TIMESTAMP, instant),
];
