import type { ClassSet, Partition, Pattern } from './partition.ts';

/**
 * A set of classes in the words of the patterns that made them: `shop, shop-*`, `any but bank`. Empty for all.
 *
 * @param beside classes that are not worth a word
 */
export function describeSet(partition: Partition, set: ClassSet | undefined, beside: ClassSet = 0n): string {
  const full = partition.full & ~beside;
  if (set === undefined || (set & full) === full) return '';
  const covered = cover(partition, set, beside);
  const others = full & ~set;
  const excepted = cover(partition, others, beside);
  const isExceptionShorter =
    excepted.every((text) => !text.includes(' ')) && excepted.join().length < covered.join().length;
  const hasRest = covered.includes(ANY_OTHER);
  return hasRest || isExceptionShorter ? `any but ${excepted.join(', ')}` : covered.join(', ');
}

/** The class that no pattern names. */
const ANY_OTHER = 'any other';

/** The widest patterns within the set, then what is left of it, class by class. */
function cover({ sets, witnesses }: Partition, set: ClassSet, beside: ClassSet): readonly string[] {
  const within = [...sets]
    .map(([key, own]) => ({ text: patternText(JSON.parse(key) as Pattern), own: own & ~beside }))
    .filter(({ own }) => own !== 0n && (own & ~set) === 0n)
    .sort((a, b) => size(b.own) - size(a.own) || (a.text < b.text ? -1 : 1));
  const texts: string[] = [];
  let left = set & ~beside;
  for (const { text, own } of within) {
    if ((own & left) === 0n) continue;
    texts.push(text);
    left &= ~own;
  }
  for (let i = 0; left !== 0n; i++, left >>= 1n) if ((left & 1n) !== 0n) texts.push(classText({ sets, witnesses }, i));
  return texts.sort((a, b) => Number(a.includes(' ')) - Number(b.includes(' ')) || (a < b ? -1 : 1));
}

/** A class that no pattern is alone: the patterns it matches, without those that it does not. */
function classText({ sets }: Pick<Partition, 'sets' | 'witnesses'>, index: number): string {
  const bit = 1n << BigInt(index);
  const all = [...sets].map(([key, own]) => ({ text: patternText(JSON.parse(key) as Pattern), own }));
  const matching = all.filter(({ own, text }) => (own & bit) !== 0n && text !== '*');
  const inside = all.filter(
    ({ own }) => (own & bit) === 0n && (matching.length === 0 || matching.some((each) => (each.own & own) !== 0n)),
  );
  const what = matching.length === 0 ? ANY_OTHER : matching.map(({ text }) => text).join(' and ');
  return inside.length === 0 || matching.length === 0
    ? what
    : `${what} but ${inside.map(({ text }) => text).join(', ')}`;
}

function patternText(pattern: Pattern): string {
  return pattern.map((character) => character ?? '*').join('');
}

function size(set: ClassSet): number {
  return set.toString(2).replaceAll('0', '').length;
}
