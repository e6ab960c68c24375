/*
 * The parts of an instant. The engine's own go through the time zone of the machine, so that in an hour of spring a condition would be answered by where the
 * gateway runs, and a recorded decision not be repeated elsewhere.
 *
 * Source: https://github.com/google/cel-go/blob/v0.26.0/common/types/timestamp.go
 */
import { type CelFunc, CelScalar, celMethod } from '@bufbuild/cel';
import { DURATION, type Instant, TIMESTAMP } from './opaque.ts';

const { INT, STRING } = CelScalar;

const DAY_MS = 86_400_000;

/** The instant whose UTC parts are those of the wall clock; `nanos` never reach below a millisecond. */
type WallClock = Date;

function milliseconds({ seconds, nanos }: Instant): number {
  return Number(seconds) * 1000 + Math.floor(nanos / 1_000_000);
}

function wallClock(instant: Instant, zone: string): WallClock {
  const atMs = milliseconds(instant);
  return new Date(atMs + offsetMs(atMs, zone));
}

/** How far the clock of a zone is ahead of UTC; a zone is `+05:30`, `-1:00` or a name. @throws {RangeError} there is no such zone */
function offsetMs(atMs: number, zone: string): number {
  const [, sign, hours, minutes] = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone) ?? [];
  if (hours !== undefined && minutes !== undefined)
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  if (zone === '' || zone === 'UTC') return 0;
  if (/^[+-]/.test(zone)) throw new RangeError(`unknown time zone ${zone}`);
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const local = new Date(0);
  local.setUTCFullYear(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day ?? 1);
  local.setUTCHours(parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0);
  return local.getTime() - Math.floor(atMs / 1000) * 1000;
}

/** Limit: zones whose format is kept; a condition names few, but may take one from what a caller sent. */
const FORMATS_MAX = 64;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size < FORMATS_MAX) formats.set(timeZone, made);
  return made;
}

function dayOfYear(clock: WallClock): number {
  const first = new Date(clock);
  first.setUTCMonth(0, 1);
  return Math.round((clock.getTime() - first.getTime()) / DAY_MS);
}

const PARTS: Readonly<Record<string, (clock: WallClock) => number>> = {
  getFullYear: (clock) => clock.getUTCFullYear(),
  getMonth: (clock) => clock.getUTCMonth(),
  getDate: (clock) => clock.getUTCDate(),
  getDayOfMonth: (clock) => clock.getUTCDate() - 1,
  getDayOfWeek: (clock) => clock.getUTCDay(),
  getDayOfYear: dayOfYear,
  getHours: (clock) => clock.getUTCHours(),
  getMinutes: (clock) => clock.getUTCMinutes(),
  getSeconds: (clock) => clock.getUTCSeconds(),
  getMilliseconds: (clock) => clock.getUTCMilliseconds(),
};

/** Methods that stand in place of the engine's of the same name. */
export const CLOCK: readonly CelFunc[] = [
  ...Object.entries(PARTS).flatMap(([name, part]) => [
    celMethod(name, TIMESTAMP, [], INT, function () {
      return BigInt(part(wallClock(this.message, 'UTC')));
    }),
    celMethod(name, TIMESTAMP, [STRING], INT, function (zone) {
      return BigInt(part(wallClock(this.message, zone)));
    }),
  ]),
  // All of its milliseconds, as Kubernetes has it, not those beyond the last second.
  celMethod('getMilliseconds', DURATION, [], INT, function () {
    return this.message.seconds * 1000n + BigInt(Math.trunc(this.message.nanos / 1_000_000));
  }),
];
