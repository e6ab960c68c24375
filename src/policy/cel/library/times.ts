/*
 * Texts as instants and lengths of time, as Kubernetes reads them. The engine's own let the thirtieth of February be a day of March, and an empty text a length of 0:
 * `duration(object.metadata.labels.ttl) < duration('1h')` would then be true of a label that says nothing, where it has to break off.
 *
 * Source: `ConvertToType` in https://github.com/google/cel-go/blob/v0.26.0/common/types/string.go, with `ParseDuration` and `Parse` of Go's time
 */
import { type CelFunc, CelScalar, celFunc } from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { DURATION, TIMESTAMP } from './opaque.ts';

const BILLION = 1_000_000_000n;

/** How many billionths of a second each unit has. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

/** `1h30m`, `-1.5h`, `0`. @throws {Error} it is none, or longer than 63 bits of billionths, 292 years */
function length(text: string) {
  const [, sign, parts = ''] = /^([+-]?)((?:[\d.]+[a-zµμ]+)+|0)$/.exec(text) ?? [];
  if (parts === '') throw new Error('not a length of time');
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of parts === '0'
    ? []
    : parts.matchAll(/([^.a-zµμ]*)([\d.]*)([a-zµμ]+)/g)) {
    const each = UNITS.get(unit);
    if (each === undefined || !/^(?:\d{1,19}(?:\.\d*)?|\.\d+)$/.test(`${whole}${fraction}`))
      throw new Error('not a length of time');
    // The fraction is a floating-point number there, too.
    nanos += BigInt(whole === '' ? '0' : whole) * BigInt(each) + BigInt(Math.trunc(Number(`0${fraction}`) * each));
  }
  if (sign === '-') nanos = -nanos;
  if (nanos < -(2n ** 63n) || nanos >= 2n ** 63n) throw new Error('the length of time is out of range');
  return create(DurationSchema, { seconds: nanos / BILLION, nanos: Number(nanos % BILLION) });
}

/** An instant of RFC 3339, with `T` and `Z` as capitals. @throws {Error} it is none, names a day or hour that is none, or is not of the years 1 to 9999 */
function instant(text: string) {
  const [, day = '', clock = '', fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text) ??
    [];
  const atMs = Date.parse(`${day}T${clock}${zone}`);
  // A day that its month does not have is taken for one of the next.
  const isDay = Number.isFinite(atMs) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  const seconds = isDay ? BigInt(atMs / 1000) : undefined;
  if (seconds === undefined || seconds < -62_135_596_800n || seconds > 253_402_300_799n)
    throw new Error('not an instant');
  return create(TimestampSchema, { seconds, nanos: Number(fraction.slice(0, 9).padEnd(9, '0')) });
}

/** Functions that stand in place of the engine's of the same name. */
export const TIMES: readonly CelFunc[] = [
  celFunc('duration', [CelScalar.STRING], DURATION, length),
  celFunc('timestamp', [CelScalar.STRING], TIMESTAMP, instant),
];
