/** A line of a text of several, as it is in one text, in the other, or in both. */
export interface Line {
  readonly text: string;
  readonly side: 'before' | 'after' | 'both';
}

/** Limit: texts of more lines are shown one after the other. */
const LINES_MAX = 400;
/** Lines that are the same are shown beside one that is not, so many of them. */
const AROUND = 2;

/** Two texts line by line, as few lines as possible on one side alone; what is far from any change is left out, with `…` in its place. */
export function lineDifference(before: string, after: string): readonly Line[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  if (Math.max(a.length, b.length) > LINES_MAX)
    return [
      ...a.map((text) => ({ text, side: 'before' }) as const),
      ...b.map((text) => ({ text, side: 'after' }) as const),
    ];
  return nearChanges(merged(a, b));
}

/** By the longest lines in common, looked up from the ends. */
function merged(a: readonly string[], b: readonly string[]): readonly Line[] {
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      (common[i] as Uint16Array)[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ text: a[i] as string, side: 'both' });
      [i, j] = [i + 1, j + 1];
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1)))
      lines.push({ text: a[i++] as string, side: 'before' });
    else lines.push({ text: b[j++] as string, side: 'after' });
  }
  return lines;
}

function nearChanges(lines: readonly Line[]): readonly Line[] {
  const isNear = (index: number) =>
    lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ side }) => side !== 'both');
  return lines.flatMap((line, index): readonly Line[] => {
    if (isNear(index)) return [line];
    return index === 0 || isNear(index - 1) ? [{ text: '…', side: 'both' }] : [];
  });
}
