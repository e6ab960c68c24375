/** A row to draw, or the height of rows that are not, and after which row they come. */
export type WindowedPart = { readonly row: number } | { readonly gapPx: number; readonly after: number };

/** Rows in their order, with the space between those that do not follow each other; what the layout puts around that space is no part of it. */
export function partsOf(
  items: readonly { readonly index: number; readonly start: number; readonly end: number }[],
  { from, to, betweenPx }: { readonly from: number; readonly to: number; readonly betweenPx: number },
): readonly WindowedPart[] {
  const parts: WindowedPart[] = [];
  let [at, after] = [from, -1];
  for (const { index, start, end } of items) {
    const gapPx = start - at - betweenPx * (after === -1 ? 1 : 2);
    if (index > after + 1) parts.push({ gapPx: Math.max(0, gapPx), after });
    parts.push({ row: index });
    [at, after] = [end, index];
  }
  if (to > at) parts.push({ gapPx: Math.max(0, to - at - betweenPx), after });
  return parts;
}
