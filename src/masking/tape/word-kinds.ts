/** How many kinds words have, one of them for all that begin with a byte that is not ASCII; backslashes have one more, of their own. */
const kindsMax = 15;
/** Limit: how many beginnings are compared with each other; of more, the first byte says the kind. */
const beginningsMax = 256;
/** By as many of its first bytes a place is told where a word may begin. */
const told = 3;

/**
 * The kind of each word, such that few bytes that are no word are taken for one: sixteen places at once are told apart by the halves of three bytes alone, and each kind takes any upper half of
 * its words together with any lower one. So words of a kind had better begin alike: beginnings are joined, those first that add least, until there are no more than kinds.
 *
 * `words`: in lower case, of at least two bytes.
 */
export function wordKinds(words: readonly Buffer[]): readonly number[] {
  const beginnings = new Map<string, Kind>();
  const chosen: number[] = words.map(() => kindsMax - 1);
  for (const [index, word] of words.entries()) {
    if (!isAscii(word)) continue;
    const id = word.toString('latin1', 0, 2);
    const kind = kindOf([index], halvesOf(word));
    const before = beginnings.get(id);
    beginnings.set(id, before === undefined ? kind : joinedKind(before, kind));
  }
  if (beginnings.size > beginningsMax) return words.map((word) => (word[0] as number) % kindsMax);
  for (const [number, { members }] of joined([...beginnings.values()]).entries())
    for (const index of members) chosen[index] = number;
  return chosen;
}

function isAscii(word: Buffer): boolean {
  return (word[0] as number) < 0x80;
}

/** Lower and upper halves of bytes, a bit each. */
interface Halves {
  readonly lower: number;
  readonly upper: number;
}

interface Kind {
  readonly members: readonly number[];
  readonly halves: readonly Halves[];
  /** How likely what a server writes is taken for one of its words. */
  readonly likelihood: number;
}

function kindOf(members: readonly number[], halves: readonly Halves[]): Kind {
  return { members, halves, likelihood: halves.reduce((product, each) => product * weightOf(each), 1) };
}

function halvesOf(word: Buffer): readonly Halves[] {
  return Array.from({ length: told }, (_, at) => {
    const byte = word[at];
    if (byte === undefined) return { lower: 0xffff, upper: 0xffff };
    const isLetter = byte >= 0x61 && byte <= 0x7a;
    return { lower: 1 << (byte & 15), upper: (1 << (byte >> 4)) | (isLetter ? 1 << ((byte & 0xdf) >> 4) : 0) };
  });
}

/** As many kinds as may be, each of one or more. */
function joined(kinds: Kind[]): readonly Kind[] {
  /** What joining two adds, by the first and then by the second. */
  const added = kinds.map((one, first) => kinds.slice(0, first).map((other) => moreOf(one, other)));
  while (kinds.length > kindsMax - 1) {
    let [first, second, least] = [1, 0, Number.POSITIVE_INFINITY];
    for (const [one, row] of added.entries())
      for (const [other, more] of row.entries()) if (more < least) [first, second, least] = [one, other, more];
    const both = joinedKind(kinds[first] as Kind, kinds[second] as Kind);
    kinds.splice(first, 1);
    added.splice(first, 1);
    for (const row of added.slice(first)) row.splice(first, 1);
    kinds[second] = both;
    for (const [index, kind] of kinds.entries())
      if (index < second) (added[second] as number[])[index] = moreOf(both, kind);
      else if (index > second) (added[index] as number[])[second] = moreOf(kind, both);
  }
  return kinds;
}

function moreOf(one: Kind, other: Kind): number {
  return joinedKind(one, other).likelihood - one.likelihood - other.likelihood;
}

function joinedKind(one: Kind, other: Kind): Kind {
  return kindOf(
    [...one.members, ...other.members],
    one.halves.map(({ lower, upper }, at) => {
      const more = other.halves[at] as Halves;
      return { lower: lower | more.lower, upper: upper | more.upper };
    }),
  );
}

const known = new Map<number, number>();

function weightOf({ lower, upper }: Halves): number {
  const id = upper * 0x10000 + lower;
  const before = known.get(id);
  if (before !== undefined) return before;
  let sum = 0;
  for (let high = 0; high < 16; high++)
    for (let low = 0; low < 16 && (upper & (1 << high)) !== 0; low++)
      if ((lower & (1 << low)) !== 0) sum += weights[(high << 4) | low] as number;
  if (known.size < 10_000) known.set(id, sum);
  return sum;
}

/** How often a byte stands in objects, roughly. */
const weights = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if ('etaoinsrldcpmu'.includes(character)) return 6;
  if (/[a-z":./-]/.test(character)) return 3;
  if (/[0-9]/.test(character)) return 2;
  if (/[A-Z]/.test(character)) return 1;
  return byte >= 0x20 && byte < 0x7f ? 0.5 : 0.02;
});
