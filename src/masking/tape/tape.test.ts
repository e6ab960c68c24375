import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import { Tape } from './tape.ts';
import { Words } from './words.ts';

const words = new Words(['ab', 'token', 'q~']);
const pieces = fc.constantFrom('ab', 'token', 'TOKEN', 'tok', 'q~', 'q', ' ', '"', 'x'.repeat(700), '\\u0041', 'zz');
const ranges = fc.array(
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
  {
    minLength: 1,
    maxLength: 12,
  },
);

test('law: a word is found in a range where one begins there, in whatever order ranges are asked for', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), ranges, (parts, asked) => {
      const bytes = Buffer.from(parts.join(''));
      const tape = new Tape();
      tape.write(bytes, words);
      for (const [one, other] of asked) {
        const [start = 0, end = 0] = [one, other].map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b);
        equal(tape.hasWord(start, end), words.next(bytes, start, bytes.length) < end);
      }
    }),
    { numRuns: 2_000 },
  );
});
