import { byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import { pending } from './matcher.ts';

const digits = byteSet('0-9');
const wordBytes = byteSet('A-Za-z0-9._:-');
const alphanumeric = byteSet('A-Za-z0-9');
const digitsMin = 13;
const digitsMax = 19;

/**
 * Numbers of payment cards: 13 to 19 digits, maybe in groups with blanks or dashes between, that Luhn's check holds for.
 *
 * One number in ten holds by chance, so this looks only where a rule names it.
 * Source: ISO/IEC 7812-1
 */
export const cardNumber: KeywordMatcher = {
  keywords: ['3', '4', '5', '6', '2'],
  match: (look, keywordStart, keywordEnd) => {
    if (keywordStart > 0 && wordBytes[look.at(keywordStart - 1)] === 1) return undefined;
    const found: number[] = [look.at(keywordStart) - 0x30];
    let end = keywordEnd;
    for (let at = keywordEnd; found.length <= digitsMax; at++) {
      if (look.isOpen(at)) return pending(keywordStart);
      const byte = look.at(at);
      if (digits[byte] === 1) {
        found.push(byte - 0x30);
        end = at + 1;
      } else if ((byte !== 0x20 && byte !== 0x2d) || at > end) break;
    }
    if (found.length < digitsMin || found.length > digitsMax || alphanumeric[look.at(end)] === 1) return undefined;
    return luhn(found) ? { kind: 'match', start: keywordStart, end, tail: undefined } : undefined;
  },
};

function luhn(number: readonly number[]): boolean {
  const sum = number.reduceRight((total, digit, index) => {
    const isDoubled = (number.length - index) % 2 === 0;
    const value = isDoubled ? digit * 2 : digit;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
