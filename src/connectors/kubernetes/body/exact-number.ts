import { unreadable } from './unreadable.ts';

const INT64_MAX = 2n ** 63n - 1n;

/**
 * What a JSON number means: a double, or its own text where it is an integer of 64 bits that no double holds. A rule that compares such a
 * number with another finds a string, so that it errs (and an allow does not match) where rounding could have made two numbers equal.
 *
 * An integer of more than 64 bits is a double to the API server too. One that no double can hold is an error to it, and refused.
 *
 * @throws {Refusal} BODY_UNREADABLE
 */
export function exactNumber(literal: string): number | string {
  const value = Number(literal);
  if (!Number.isFinite(value)) throw unreadable('the body holds a number out of range');
  if (Number.isSafeInteger(value)) return value + 0;
  if (!/^-?[0-9]+$/.test(literal)) return value;
  const exact = BigInt(literal);
  return exact <= INT64_MAX && exact >= -INT64_MAX - 1n ? literal : value;
}
