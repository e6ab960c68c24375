import { lineDifference } from '../approval/line-difference.ts';

/** A line of both texts beside each other; undefined where one of them has none there. */
export interface PairOfLines {
  readonly left: string | undefined;
  readonly right: string | undefined;
}

/** Two texts beside each other: what both have stands in one row, what one of them has stands beside what the other has in its place. */
export function sideBySide(left: string, right: string): readonly PairOfLines[] {
  const pairs: PairOfLines[] = [];
  let [lefts, rights]: [string[], string[]] = [[], []];
  const flush = () => {
    for (let i = 0; i < Math.max(lefts.length, rights.length); i += 1) pairs.push({ left: lefts[i], right: rights[i] });
    [lefts, rights] = [[], []];
  };
  for (const { text, side } of lineDifference(left, right)) {
    if (side === 'before') lefts.push(text);
    else if (side === 'after') rights.push(text);
    else {
      flush();
      pairs.push({ left: text, right: text });
    }
  }
  flush();
  return pairs;
}
