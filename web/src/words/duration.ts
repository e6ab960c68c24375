const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A countdown as a clock shows it: `9:41`, `1:02:05`, `3 d 4 h`; `0:00` once it is over. It never shows more than is left. */
export function countdown(leftMs: number): string {
  const left = Math.max(0, leftMs);
  if (left >= DAY) return `${Math.floor(left / DAY)} d ${Math.floor((left % DAY) / HOUR)} h`;
  const [hours, minutes, seconds] = [
    Math.floor(left / HOUR),
    Math.floor((left % HOUR) / MINUTE),
    Math.floor((left % MINUTE) / SECOND),
  ];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** How long something took or is ago, in the two largest units that say it: `840 ms`, `12 s`, `4 min`, `2 h 10 min`, `3 d`. */
export function span(ms: number): string {
  const length = Math.max(0, ms);
  if (length < SECOND) return `${Math.round(length)} ms`;
  if (length < MINUTE) return `${(length / SECOND).toFixed(length < 10 * SECOND ? 1 : 0)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length < DAY) {
    const minutes = Math.floor((length % HOUR) / MINUTE);
    return `${Math.floor(length / HOUR)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
  }
  return `${Math.floor(length / DAY)} d`;
}

/** A length of time as policies write it, in milliseconds; undefined where it is none. */
export function lengthMs(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  return Number(count) * ({ s: SECOND, m: MINUTE, h: HOUR, d: DAY }[unit] ?? 0);
}

/** A length of time as policies write it: `5m`, `90s`. */
export function policyLength(ms: number): string {
  const [unit, size] = (
    [
      ['d', DAY],
      ['h', HOUR],
      ['m', MINUTE],
    ] as const
  ).find(([, each]) => ms >= each && ms % each === 0) ?? ['s', SECOND];
  return `${Math.round(ms / size)}${unit}`;
}
