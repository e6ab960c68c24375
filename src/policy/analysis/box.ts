/*
 * Sets of requests as boxes: a box has, for some dimensions, a set of classes, and is not narrowed in the others. A region is a union of boxes. All here is
 * exact; what is bounded is only how many boxes a region may come to.
 */
import { type ClassSet, TooComplexError } from './partition.ts';

/** A product of class sets; a dimension that is not there is not narrowed. No set in it is empty. */
export type Box = ReadonlyMap<string, ClassSet>;

/** A union of boxes, which may overlap. */
export type Region = readonly Box[];

/** Limit: boxes of one region. */
const BOXES_MAX = 50_000;

/** A box of the sets that narrow; undefined where one of them is empty. */
export function box(sets: Readonly<Record<string, ClassSet | undefined>>): Box | undefined {
  const entries = Object.entries(sets).filter((entry): entry is [string, ClassSet] => entry[1] !== undefined);
  return entries.some(([, set]) => set === 0n) ? undefined : new Map(entries);
}

/** What is in both; undefined where nothing is. */
export function intersectBoxes(a: Box, b: Box): Box | undefined {
  if (areApart(a, b)) return undefined;
  const result = new Map(a);
  for (const [dimension, set] of b) {
    const own = result.get(dimension);
    result.set(dimension, own === undefined ? set : own & set);
  }
  return result;
}

/** Whether nothing is in both; most boxes of two rules are apart, so this is asked before anything is made. */
function areApart(a: Box, b: Box): boolean {
  for (const [dimension, set] of b) {
    if (dimension === 'what') continue;
    const own = a.get(dimension);
    if (own !== undefined && (own & set) === 0n) return true;
  }
  // The widest sets by far come last.
  const [one, other] = [a.get('what'), b.get('what')];
  return one !== undefined && other !== undefined && (one & other) === 0n;
}

/** What is in both regions. */
export function intersect(a: Region, b: Region): Region {
  return limited(a.flatMap((one) => b.flatMap((other) => intersectBoxes(one, other) ?? [])));
}

/**
 * What is in `a` and not in `b`.
 *
 * @throws {TooComplexError} it comes to more than 50,000 boxes
 */
export function subtract(a: Region, b: Region, full: (dimension: string) => ClassSet): Region {
  let rest = a;
  for (const other of b) rest = limited(rest.flatMap((one) => subtractBox(one, other, full)));
  return rest;
}

/** The parts of a box outside another, which do not overlap. */
function subtractBox(a: Box, b: Box, full: (dimension: string) => ClassSet): Region {
  if (areApart(a, b)) return [a];
  const parts: Box[] = [];
  let within = a;
  for (const [dimension, set] of b) {
    const own = within.get(dimension) ?? full(dimension);
    const outside = own & ~set;
    if (outside !== 0n) parts.push(new Map(within).set(dimension, outside));
    within = new Map(within).set(dimension, own & set);
  }
  return parts;
}

function limited(region: Region): Region {
  if (region.length > BOXES_MAX) throw new TooComplexError(`more than ${BOXES_MAX} cells`);
  return region;
}

/**
 * The same region in fewer boxes that do not overlap: those that differ in one dimension alone are joined, until none do.
 */
export function simplify(region: Region, full: (dimension: string) => ClassSet): Region {
  let boxes: Region = [];
  for (const each of region) boxes = [...boxes, ...subtract([each], boxes, full)];
  return joinAll(boxes, full);
}

/** The same region, of boxes that do not overlap, in fewer. */
export function joinAll(region: Region, full: (dimension: string) => ClassSet): Region {
  let boxes = region;
  const dimensions = new Set(boxes.flatMap((each) => [...each.keys()]));
  for (let before = -1; before !== boxes.length; ) {
    before = boxes.length;
    for (const dimension of dimensions) boxes = joined(boxes, dimension, full(dimension));
  }
  return boxes;
}

function joined(boxes: Region, dimension: string, full: ClassSet): Region {
  const groups = new Map<string, Map<string, ClassSet>>();
  for (const each of boxes) {
    const key = keyWithout(each, dimension);
    const group = groups.get(key) ?? new Map([...each, [dimension, 0n]]);
    group.set(dimension, (group.get(dimension) as ClassSet) | (each.get(dimension) ?? full));
    groups.set(key, group);
  }
  for (const group of groups.values()) if (group.get(dimension) === full) group.delete(dimension);
  return [...groups.values()];
}

function keyWithout(each: Box, dimension: string): string {
  return [...each]
    .filter(([name]) => name !== dimension)
    .map(([name, set]) => `${name}=${set.toString(16)}`)
    .sort()
    .join();
}

/** Whether a point, one class of each dimension, is in the region. */
export function contains(region: Region, point: ReadonlyMap<string, ClassSet>): boolean {
  return region.some((each) => [...each].every(([dimension, set]) => ((point.get(dimension) ?? 0n) & set) !== 0n));
}
