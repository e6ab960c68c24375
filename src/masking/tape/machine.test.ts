import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import { PlaceMaker } from '../places/place.ts';
import { Machine } from './machine.ts';
import { Words } from './words.ts';

const root = new PlaceMaker([]).start();
const host = { pair: () => undefined, looksSecret: () => false, isTellingFlag: () => false, holdsValue: () => false };

/** Whether a word begins in a range of bytes, told by an instance that looks at these bytes alone. */
function told(words: Words, bytes: Buffer, ranges: readonly (readonly [number, number])[]): readonly boolean[] {
  const machine = new Machine(words);
  machine.begin([bytes], bytes.length, true, 0, root, host);
  return ranges.map(([start, end]) => machine.run.hasWord(machine.bytesAt + start, machine.bytesAt + end) === 1);
}

/** Where words begin, found by trying each at each place. */
function begins(list: readonly string[], text: string, at: number): boolean {
  const isHidden = /^\\[uUx/bf\\]/.test(text.slice(at));
  const lower = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (isHidden || list.some((word) => lower.startsWith(word, at))) return true;
  if (lower.startsWith('://', at)) return isMarked(lower.slice(at + 3));
  return pairs.firsts.some((word) => lower.startsWith(word, at) && isFollowed(lower.slice(at + word.length)));
}

/** Whether `key` stands there, behind what is neither letter nor digit; what is not ASCII may be a letter. */
function isFollowed(rest: string): boolean {
  for (let at = 0; ; at++) {
    if (rest.startsWith('key', at)) return true;
    const byte = rest[at];
    if (byte === undefined) return false;
    if (byte >= '\x80' || at > 32) return true;
    if (/[a-z0-9]/.test(byte)) return false;
    if (byte === '\\' && !rest.startsWith('key', at + 1)) at++;
  }
}

/** Whether `@` stands there before a blank or a quotation mark, or a backslash that may hide it. */
function isMarked(rest: string): boolean {
  const end = rest.slice(0, 1_024).search(/[@\\" ]/);
  if (rest[end] === '\\') return !/[nrt"]/.test(rest[end + 1] ?? '');
  return rest[end] === '@';
}

const list = ['ab', 'token', 'q~', 'tokenizer', 'é'.repeat(3)].map((word) => Buffer.from(word).toString('latin1'));
const pairs = { firsts: ['api', 'access'], followers: ['key'], marked: ['://'], mark: '@' };
const pieces = fc.constantFrom(
  ...['ab', 'token', 'TOKEN', 'tok', 'q~', 'Q~', 'q', ' ', '"', 'x'.repeat(700), '\\u0041', '\\U', '\\n', 'zz', 'izer'],
  ...['é', 'ÉÉÉ', 'tokeToKen', '\\', '/', 'b', 'f', 'x'],
  ...[
    'key',
    'KEY',
    'api',
    'Api',
    'access',
    'ap',
    'i',
    'n',
    '_',
    '{',
    '://',
    '@',
    'api key',
    'ACCESS{"',
    ' '.repeat(20),
  ],
);
const unit = fc.double({ min: 0, max: 1, noNaN: true });

test('law: a word is found in a range where one begins there, in whatever order ranges are asked for', () => {
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 20 }),
      fc.array(fc.tuple(unit, unit), { minLength: 1, maxLength: 12 }),
      (parts, asked) => {
        const bytes = Buffer.from(parts.join(''));
        const text = bytes.toString('latin1');
        const ranges = asked.map((pair) => {
          const [start = 0, end = 0] = pair.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b);
          return [start, end] as const;
        });
        const expected = ranges.map(([start, end]) =>
          Array.from({ length: end - start }, (_, index) => start + index).some((at) => begins(list, text, at)),
        );
        equal(told(new Words(list, pairs), bytes, ranges).join(), expected.join());
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a word of one byte, or one that JSON writes with a backslash, may be anywhere; so may any where there are too many', () => {
  for (const words of [['a'], ['a"b'], Array.from({ length: 8_000 }, (_, index) => `word number ${index}`)])
    equal(told(new Words(words), Buffer.from('none'), [[0, 4]]).join(), 'true');
  equal(told(new Words(['none!', 'x'.repeat(70_000)]), Buffer.from('none'), [[0, 4]]).join(), 'true');
});
