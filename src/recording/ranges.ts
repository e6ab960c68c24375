/** Numbers by ranges, both ends included. */
export type Ranges = readonly (readonly [from: number, to: number])[];

/** The same numbers in as few ranges as can be, in order. */
export function mergeRanges(ranges: Ranges): Ranges {
  const merged: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Whether a number is in ranges that `mergeRanges` made. */
export function isInRanges(ranges: Ranges, number: number): boolean {
  const [from, to] = rangeAt(ranges, number);
  return number >= from && number <= to;
}

/** Whether all numbers from `from` to `to` are. */
export function coversRange(ranges: Ranges, from: number, to: number): boolean {
  const found = rangeAt(ranges, from);
  return from >= found[0] && to <= found[1];
}

/** What of ranges that `mergeRanges` made lies between two numbers, both included. */
export function clipRanges(ranges: Ranges, from: number, to: number): Ranges {
  return ranges.flatMap(([a, b]) => (b < from || a > to ? [] : [[Math.max(a, from), Math.min(b, to)] as const]));
}

/** What of ranges that `mergeRanges` made is not in others that it made. */
export function withoutRanges(ranges: Ranges, others: Ranges): Ranges {
  return ranges.flatMap(([from, to]) => {
    const left: [number, number][] = [];
    let at = from;
    for (const [a, b] of clipRanges(others, from, to)) {
      if (a > at) left.push([at, a - 1]);
      at = b + 1;
    }
    return at > to ? left : [...left, [at, to] as const];
  });
}

/** The last range that begins at or before this number. */
function rangeAt(ranges: Ranges, number: number): readonly [number, number] {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as readonly [number, number])[0] <= number) low = middle + 1;
    else high = middle;
  }
  return ranges[low - 1] ?? [1, 0];
}
