import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import { DETECTORS } from '../detect/detectors.ts';
import { isTellingKey } from '../detect/telling-key.ts';
import { MaskRules } from '../rules/mask-rules.ts';
import { Words } from './words.ts';

const { words } = new MaskRules().planOf({ apiGroup: '', resource: 'pods', subresource: '' });
const holdsWord = (text: string) => {
  const bytes = Buffer.from(text);
  return words.next(bytes, 0, bytes.length) < bytes.length;
};

for (const { id, example, isOptIn } of DETECTORS)
  if (isOptIn !== true)
    test(`a word stands in what ${id} finds, however its letters are written in JSON`, () => {
      const text = example.replaceAll(/[«»]/g, '');
      ok(holdsWord(JSON.stringify(text)));
      const escaped = [...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
      ok(holdsWord(escaped.join('')));
      ok(holdsWord(JSON.stringify(text).replaceAll('/', '\\/')));
    });

test('a word stands in each name that tells', () => {
  const parts = fc.constantFrom(
    ...[
      'db',
      'API',
      'Key',
      'key',
      'TOKEN',
      'secret',
      'pass',
      'PWD',
      'auth',
      'user',
      'Credential',
      's',
      '_',
      '-',
      'x',
      '1',
    ],
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 5 }), (all) => {
      const name = all.join('');
      if (isTellingKey(name)) ok(holdsWord(name), name);
    }),
    { numRuns: 5_000 },
  );
});

test('words are found where they are, and nowhere else', () => {
  const two = new Words(['ab', 'token', 'q~']);
  const find = (text: string) => {
    const bytes = Buffer.from(text, 'latin1');
    const places: number[] = [];
    for (let at = two.next(bytes, 0, bytes.length); at < bytes.length; at = two.next(bytes, at + 1, bytes.length))
      places.push(at);
    return places.join();
  };
  for (const [text, places] of [
    ['', ''],
    ['a', ''],
    ['AB', '0'],
    ['xaB', '1'],
    ['tokeToKentoke', '4'],
    ['aaab', '2'],
    ['Q~q~', '0,2'],
    ['a\\u0062', '1'],
    ['\\n\\/\\', '2'],
  ] as const)
    equal(find(text), places, text);
  ok(new Words(['a"b']).areAnywhere && new Words(['a']).areAnywhere && !two.areAnywhere);
});
