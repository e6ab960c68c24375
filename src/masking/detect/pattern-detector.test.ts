import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import { TextMasker } from '../text/text-masker.ts';
import { detection } from './detection.ts';
import { Look } from './look.ts';
import { patternDetector } from './pattern-detector.ts';
import { PatternError } from './pattern-program.ts';
import { Scanner } from './scanner.ts';

function masked(pattern: string, text: string, cuts: readonly number[] = []): string {
  const editor = new TextMasker({
    detection: detection([patternDetector('own', pattern)]),
    known: undefined,
    maskOf: () => '[own]',
  });
  const out: string[] = [];
  let at = 0;
  for (const cut of [...cuts, text.length]) {
    out.push(editor.write(Buffer.from(text.slice(at, cut))).toString());
    at = cut;
  }
  return out.join('') + editor.end().toString();
}

function spans(pattern: string, text: string): readonly string[] {
  return detection([patternDetector('own', pattern)])
    .inString(text)
    .map(({ start, end }) => text.slice(start, end));
}

test('a pattern finds its longest match, from left to right', () => {
  assert.deepEqual(spans('ACME-[0-9]{4,8}', 'ACME-12 ACME-123456 acme-1234'), ['ACME-123456']);
  assert.deepEqual(spans('(?i)acme-[0-9]{4}', 'ACME-1234 acme-5678'), ['ACME-1234', 'acme-5678']);
  assert.deepEqual(spans('[A-Z]{2}[0-9]{2}(-[0-9]{4})+', 'iban XY12-3456-7890, AB12'), ['XY12-3456-7890']);
  assert.deepEqual(spans('\\bkey\\d+\\b', 'key12 monkey34 key56x'), ['key12']);
  assert.deepEqual(spans('^id=\\w+$', 'id=ab\nx id=cd'), []);
  assert.deepEqual(spans('(?m)^id=\\w+$', 'id=ab\nx id=cd\nid=ef'), ['id=ab', 'id=ef']);
});

test('a pattern that cannot be used says why', () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['a(?=b)', /not one of RE2/],
    ['(', /not one of RE2/],
    ['a*', /matches where nothing is/],
    ['', /matches where nothing is/],
    ['ä', /ASCII/],
    ['(abcdefghij){100}', /too large/],
  ];
  for (const [pattern, message] of rows)
    assert.throws(
      () => patternDetector('own', pattern),
      (error) => error instanceof PatternError && message.test(error.message),
      pattern,
    );
});

test('what a pattern finds is what JavaScript’s own engine finds, of patterns that both read alike', () => {
  const patterns = ['ab[cd]{2,3}', '[a-c]+x', 'a(b|cd)d', '\\ba\\w', 'a.c', 'x?ab'];
  fc.assert(
    fc.property(
      fc.constantFrom(...patterns),
      fc.string({ unit: fc.constantFrom(...'abcdx \n'), maxLength: 40 }),
      (pattern, text) => {
        const longest = [...text.matchAll(new RegExp(pattern, 'g'))].map((match) => match[0]);
        assert.deepEqual(spans(pattern, text), longest);
      },
    ),
    { numRuns: 1000 },
  );
});

test('T53: a match is masked however it is cut, and what can be none passes at once', () => {
  const pattern = 'ACME-[0-9]{4,8}';
  const text = 'x ACME-123456 y ACM';
  assert.equal(masked(pattern, text), 'x ACME-[own] y ACM');
  for (let cut = 1; cut < text.length; cut++)
    assert.equal(masked(pattern, text, [cut]), 'x ACME-[own] y ACM', `cut at ${cut}`);
  const editor = new TextMasker({
    detection: detection([patternDetector('own', pattern)]),
    known: undefined,
    maskOf: () => '[own]',
  });
  for (const piece of ['$ ', 'A', 'CME is a word', ' ACME-', 'x'])
    assert.equal(editor.write(Buffer.from(piece)).toString(), piece);
});

test('a pattern that others take exponential time for costs a bounded number of steps a byte', () => {
  for (const pattern of ['(a|a)*b', '(a*)*b', '(a|aa)+$', 'a{1,100}b']) {
    const scanner = new Scanner([patternDetector('own', `x${pattern}`), patternDetector('other', `a${pattern}`)]);
    const bytes = Buffer.from('a'.repeat(5_000));
    const look = new Look(bytes, bytes.length, true);
    scanner.scan(look, { at: 0, state: 0 }, () => {});
    assert.ok(look.steps < 50_000 * bytes.length, `${pattern}: ${look.steps / bytes.length} steps a byte`);
  }
});
