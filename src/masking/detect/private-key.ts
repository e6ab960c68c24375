import { byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import { matchTail, pending, type Tail } from './matcher.ts';
import { wrappedBase64 } from './wrapped-base64.ts';

const labelBytes = byteSet('A-Z0-9 ');
const labelBytesMax = 48;
const base64 = byteSet('A-Za-z0-9+/=_-');

/** How many bytes of armour are masked at most where its end does not come: what was cut off by `head` must not take the rest of a log with it. */
const armourBytesMax = 32 * 1024;

/**
 * Private keys in PEM armour, from `-----BEGIN` to the end of the armour's last line, over several lines or with `\n` written out as JSON has it.
 *
 * Where the end is missing the armour ends with the first line that cannot be one of it.
 * Source: RFC 7468; encapsulated headers (`Proc-Type:`), RFC 1421
 */
const armour: KeywordMatcher = {
  keywords: ['-----begin '],
  match: (look, keywordStart, keywordEnd) => {
    if (look.text(keywordStart, keywordEnd) !== '-----BEGIN ') return undefined;
    const labelEnd = look.run(labelBytes, keywordEnd, labelBytesMax);
    if (look.isOpen(labelEnd)) return pending(keywordStart);
    const label = look.text(keywordEnd, labelEnd);
    if (!/PRIVATE KEY( BLOCK)?$/.test(label)) return undefined;
    for (let at = labelEnd; at < labelEnd + 5; at++) {
      if (look.isOpen(at)) return pending(keywordStart);
      if (look.at(at) !== 0x2d) return undefined;
    }
    return matchTail(look, keywordStart, labelEnd + 5, armourTail());
  },
};

/**
 * Base64 of such armour, as kubeconfigs and Secrets hold it, or of a file in which it stands: behind certificates, or as a value of JSON. What is encoded has `-----BEGIN ` and `PRIVATE KEY`
 * in one line; a certificate in the same armour is left.
 *
 * Its keywords are what dashes and `BEGIN` are wherever they stand in what is encoded, from the first three bytes on that have four characters of their own.
 */
const encodedArmour: KeywordMatcher = {
  keywords: ['ls0tls1crudjti', 'ls0tlujfr0lo', 'ls0tqkvhsu4g'],
  match: (look, keywordStart, keywordEnd) => {
    if (!/^LS0t(?:LS1CRUdJTi|LUJFR0lO|QkVHSU4g)$/.test(look.text(keywordStart, keywordEnd))) return undefined;
    const labelled = Math.min(look.end, keywordEnd + encodedLabelBytesMax);
    const judging = wrappedBase64(look, keywordEnd);
    const known = judging.through(look.bytes, keywordEnd, labelled, false);
    look.steps += known - keywordEnd;
    if (!judging.isOver() && look.isOpen(labelled)) return pending(keywordStart);
    const first = Buffer.from(look.text(keywordStart, known), 'base64').toString('latin1');
    if (!/^-{3,5}BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(first)) return undefined;
    return matchTail(look, keywordStart, keywordEnd, wrappedBase64(look, keywordEnd));
  },
};

/** In so many bytes of base64 the label stands, though a line ends in it. */
const encodedLabelBytesMax = 64;

export const privateKeys: readonly KeywordMatcher[] = [armour, encodedArmour];

/**
 * Takes an armour's lines. It ends behind the dashes of `-----END …-----`; else with a byte that no armour has, with the second line in a row that has
 * no stretch of base64 in it, or with the bound. What a log puts before each line (a time, a level) is taken with it.
 */
function armourTail(): Tail {
  let taken = 0;
  let dashes = 0;
  let isClosing = false;
  let stretch = 0;
  let longest = 0;
  let linesWithout = 0;
  let isOver = true;
  return {
    isOver: () => isOver,
    through: (bytes, from, end) => {
      isOver = true;
      for (let at = from; at < end; at++) {
        const byte = bytes[at] as number;
        if (armourBytes[byte] === 0 || ++taken > armourBytesMax) return at;
        dashes = byte === 0x2d ? dashes + 1 : 0;
        if (dashes === 5 && isClosing) return at + 1;
        if (dashes === 5) isClosing = true;
        stretch = base64[byte] === 1 ? stretch + 1 : 0;
        longest = Math.max(longest, stretch);
        if (byte !== lineFeed && byte !== backslash) continue;
        if (longest > 0) linesWithout = longest < stretchBytesMin ? linesWithout + 1 : 0;
        if (linesWithout === 2) return at;
        longest = 0;
      }
      isOver = false;
      return end;
    },
  };
}

const lineFeed = 0x0a;
const backslash = 0x5c;
const stretchBytesMin = 16;
const armourBytes = byteSet('A-Za-z0-9+/=:,.\\ \t\r\n_-');
