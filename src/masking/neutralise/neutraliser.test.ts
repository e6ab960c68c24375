import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import { harmBeginnings, harmOf } from './harm.ts';
import { harmIn, Neutraliser } from './neutraliser.ts';

function passed(text: string | Buffer, cuts: readonly number[] = []): string {
  const bytes = Buffer.from(text as string, 'utf8');
  const editor = new Neutraliser();
  const out: Buffer[] = [];
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    out.push(editor.write(bytes.subarray(at, Math.max(at, cut))));
    at = Math.max(at, cut);
  }
  out.push(editor.write(bytes.subarray(at)), editor.end());
  return Buffer.concat(out).toString('latin1');
}

function madeSafe(text: string): string {
  return harmIn(text).reduceRight(
    (safe, { start, end, text: put }) => safe.slice(0, start) + put + safe.slice(end),
    text,
  );
}

const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

const ROWS: readonly [string, string][] = [
  ['plain\ttext\r\nand more', 'plain\ttext\r\nand more'],
  [
    '\x1b[31mred\x1b[0m \x1b[1;38;5;8mgrey\x1b[m \x1b[38;2;8;8;8mx \x1b[4:3mcurly',
    '\x1b[31mred\x1b[0m \x1b[1;38;5;8mgrey\x1b[m \x1b[38;2;8;8;8mx \x1b[4:3mcurly',
  ],
  ['\x1b[01;31m\x1b[Kgrep\x1b[m\x1b[K', '\x1b[01;31m\x1b[Kgrep\x1b[m\x1b[K'],
  ['\x1b]0;title\x07', '␛]0;title␇'],
  ['\x1b]52;c;cm0gLXJm\x1b\\', '␛]52;c;cm0gLXJm␛\\'],
  [
    '\x1b]8;;http://evil.example\x07https://good.example\x1b]8;;\x07',
    '␛]8;;http://evil.example␇https://good.example␛]8;;␇',
  ],
  ['\x1b[6n\x1b[c\x1bP+q544e\x1b\\', '␛[6n␛[c␛P+q544e␛\\'],
  ['\x1b[8mhidden\x1b[28m', '␛[8mhidden\x1b[28m'],
  ['\x1b[1;8mhidden', '␛[1;8mhidden'],
  ['\x1b[2J\x1b[1A\x1b[2Kgone', '␛[2J␛[1A␛[2Kgone'],
  ['rm\b\bls\x7f', 'rm␈␈ls␡'],
  ['a\u202eb\u2066c\u200fd', 'a\\u{202e}b\\u{2066}c\\u{200f}d'],
  ['x\u{e0041}\u{e0042}\u{e0100}', 'x\\u{e0041}\\u{e0042}\\u{e0100}'],
  ['a\u200bb\ufeffc\u200dd\u2060', 'a\\u{200b}b\\u{feff}c\\u{200d}d\\u{2060}'],
  ['👩\u200d💻 ❤\ufe0f می\u200cشود', '👩\u200d💻 ❤\ufe0f می\u200cشود'],
  ['👩\u200d\u200d\ufe0f', '👩\u200d\\u{200d}\\u{fe0f}'],
  ['\u009b31m', '\\u{9b}31m'],
  ['Привет, 世界, äöü', 'Привет, 世界, äöü'],
  ['a\x1b', 'a␛'],
  ['\x1b[3', '␛[3'],
];

for (const [text, expected] of ROWS)
  test(`T54: ${JSON.stringify(text.slice(0, 40))} comes out as ${JSON.stringify(expected.slice(0, 40))}, however it is cut`, () => {
    assert.equal(passed(text), utf8(expected));
    for (let cut = 1; cut < Buffer.byteLength(text); cut++)
      assert.equal(passed(text, [cut]), utf8(expected), `cut at ${cut}`);
    assert.equal(madeSafe(text), expected);
  });

test('T54: a byte that an 8-bit terminal takes for a control is shown, others that are no UTF-8 pass', () => {
  assert.equal(passed(Buffer.from([0x61, 0x9b, 0x33, 0xff, 0xe2, 0x41, 0xc0, 0x9b])), 'a\\x9b3\xff\xe2A\xc0\\x9b');
});

test('T54: what comes out holds nothing that does harm, and does not hang on the cuts', () => {
  const pieces = fc.constantFrom(
    '\x1b',
    '[',
    ']',
    '0;',
    '31',
    'm',
    '\x07',
    'a',
    '\u202e',
    '\u200d',
    '👩',
    'é',
    '\ufe0f',
    '\u{e0041}',
    '\\',
    '8',
    '\x9b',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), fc.array(fc.nat(80), { maxLength: 6 }), (parts, cuts) => {
      const text = parts.join('');
      const whole = passed(text);
      assert.equal(passed(text, cuts), whole);
      assert.equal(utf8(madeSafe(text)), whole);
      const shown = Buffer.from(whole, 'latin1').toString('utf8');
      assert.doesNotMatch(
        shown.replaceAll(/\x1b\[(?:[0-9;:]*m|0?K)/g, ''),
        /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e0fff}]/u,
      );
    }),
    { numRuns: 2000 },
  );
});

test('each character that does harm begins as one of the beginnings says', () => {
  const beginnings = new Set(harmBeginnings());
  for (let code = 0x80; code <= 0xe1000; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const beginning = Buffer.from(String.fromCodePoint(code)).subarray(0, 3).toString('latin1');
    if (harmOf(code, false) !== undefined) assert.ok(beginnings.has(beginning), code.toString(16));
  }
});

test('what was neutralised is counted by its kind; what is not text passes as it is', () => {
  const editor = new Neutraliser();
  editor.write(Buffer.from('\x1b]0;x\x07\u202e'));
  assert.deepEqual(
    [...editor.counts],
    [
      ['sequence', 1],
      ['control', 1],
      ['direction', 1],
    ],
  );
  const program = Buffer.from('\x7fELF\x02\x01\x00\x1f');
  assert.deepEqual(new Neutraliser().write(program), program);
  const tar = Buffer.from('a\x00\x1b]0;x\x07');
  assert.deepEqual(new Neutraliser().write(tar), tar);
  assert.deepEqual(new Neutraliser(true).write(Buffer.from('\x1b]0;x\x07')), Buffer.from('\x1b]0;x\x07'));
});
