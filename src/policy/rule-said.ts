import type { Rule } from './rule.ts';

/**
 * What a rule says, as one text: two rules with the same text speak of the same requests and do the same, whatever they are called and wherever they stand.
 *
 * Its id and its place are not part of it, nor what it tells the caller.
 */
export function ruleSaid({ source: _, reason: __, ...said }: Rule): string {
  const { id: ___, ...rest } = said;
  return sortedJson(rest);
}

/** A value as JSON whose keys stand in one order. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, sortedKeys);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
