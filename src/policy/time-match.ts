import type { TimeMatch, TimeWindow } from './rule.ts';

/** A test whether a rule speaks at an instant, in milliseconds since 1970. */
export function timeMatcher(times: TimeMatch): (nowMs: number) => boolean {
  const windows = times.windows?.map(windowMatcher);
  return (nowMs) =>
    (times.startsAt === undefined || nowMs >= times.startsAt) &&
    (times.endsAt === undefined || nowMs < times.endsAt) &&
    (windows === undefined || windows.some((isOpen) => isOpen(nowMs)));
}

function windowMatcher(window: TimeWindow): (nowMs: number) => boolean {
  const local = localClock(window.timeZone);
  const isOvernight = window.toMinute <= window.fromMinute;
  return (nowMs) => {
    const { day, minute } = local(nowMs);
    if (!isOvernight) return window.days.includes(day) && minute >= window.fromMinute && minute < window.toMinute;
    if (minute >= window.fromMinute) return window.days.includes(day);
    return minute < window.toMinute && window.days.includes((day + 6) % 7);
  };
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Limit: clocks that are kept; a zone can be spelt in many ways. */
const CLOCKS_MAX = 1_000;

/** By zone. To make one takes a hundred times as long as to read it, and schedules are read for each question that is listed. */
const clocks = new Map<string, ReturnType<typeof localClock>>();

/**
 * Day of the week and minute of the day, on the clock of a zone.
 *
 * @throws {RangeError} the zone is none that the platform knows
 */
export function localClock(timeZone: string): (atMs: number) => { readonly day: number; readonly minute: number } {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  if (clocks.size >= CLOCKS_MAX) clocks.clear();
  const clock = newClock(timeZone);
  clocks.set(timeZone, clock);
  return clock;
}

function newClock(timeZone: string): ReturnType<typeof localClock> {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  return (atMs) => {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    return { day: WEEKDAYS.indexOf(parts.weekday as string), minute: Number(parts.hour) * 60 + Number(parts.minute) };
  };
}
