/* What options take that is more than a word: whoever mistypes it is told so before anything is asked or done, with exit code 2. */
import { InvalidArgumentError } from 'commander';
import { durationMs } from '../std/duration.ts';

/** Reads a whole number of these bounds, both of them included. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
  };
}

/** A length of time as policies have it, which stays a text: `90s`, `10m`, `12h`, `7d`. */
export function lengthOfTime(text: string): string {
  if (/^[1-9]\d{0,4}[smhd]$/.test(text)) return text;
  throw new InvalidArgumentError('expected a length of time such as `90s`, `10m` or `12h`');
}

/** How many lines of a page may be asked for at once. */
export const pageLimit = wholeNumber(1, 10_000);

/** An instant as people write it, or so long ago, in milliseconds since 1970. */
export function instant(text: string): number {
  if (/^\d{1,9}[smhd]$/.test(text)) return Date.now() - durationMs(text);
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('expected an instant like 2026-01-31T12:00:00Z or a time like 30m');
  return at;
}
