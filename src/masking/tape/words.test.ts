import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { holdsWord } from '../../../test/masking/holds-word.ts';
import { fc } from '../../../test/support/property.ts';
import { builtInDetection } from '../detect/built-in-detection.ts';
import { DETECTORS } from '../detect/detectors.ts';
import { isTellingKey } from '../detect/telling-key.ts';
import { insideEdits } from '../inside/inside-edits.ts';

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
    ...[
      'signing',
      'Cookie',
      'access',
      ' ',
      '\n',
      '\t',
      '"',
      '\\',
      '/',
      'é',
      'İ',
      'to\u212aen',
      'coo\u212aie',
      '\u0001',
      ' '.repeat(40),
      'n',
      'of',
    ],
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 5 }), (all) => {
      const name = all.join('');
      if (isTellingKey(name)) ok(holdsWord(JSON.stringify(name)), name);
    }),
    { numRuns: 5_000 },
  );
});

/** A text as JSON writes it, each of its characters with an escape where a number says so. */
function spelled(text: string, choices: readonly number[]): string {
  return [...text]
    .map((character, index) => {
      const choice = choices[index % choices.length] as number;
      if (choice > 3) return JSON.stringify(character).slice(1, -1);
      const code = character.charCodeAt(0).toString(16).padStart(4, '0');
      return character.length > 1 ? character : `\\u${choice === 0 ? code.toUpperCase() : code}`;
    })
    .join('');
}

const textParts = fc.constantFrom(
  ...['https://', 'postgres://', ':hunter2', '@db', '@', 'x'.repeat(200), '0123456789abcdef0123456789'],
  ...['api', 'API', 'Api', 'signing', 'encryption', 'account', 'jwt', 'cookie', 'public', 'next', 'of', 'primary'],
  ...['key', 'Key', 'KEY', 'keys', 'KEYS', 'KEY_', 'keyring', 'key', 'secret', 'token', 'pwd', 'auth', 'user', 'users'],
  ...[
    ' ',
    '  ',
    '_',
    '-',
    '.',
    '/',
    '\n',
    '\r\n',
    '\t',
    '"',
    "'",
    '\\',
    '\\n',
    '\\\n',
    'é',
    '😀',
    '\u0000',
    'n',
    't',
    '1',
  ],
  ...['=', ': ', ':', ', ', ';', '{', '}', '[', ']', '<', '>', '</', '- ', '? ', '|\n  ', '--', ' value: ', 'name: '],
  ...[
    'a1b2c3d4e5',
    'c0rrect-h0rse',
    'hunter2',
    'value',
    'bmFtZTpodW50ZXIy',
    '$(X)',
    'client-key-data',
    'data:',
    'kind: Secret',
  ],
  ...[' '.repeat(33), ' '.repeat(300), 'x'.repeat(60)],
);

test('T45: a word stands in each text in which something is masked, in whatever case, with whatever between, however it is escaped', () => {
  const maskOf = () => 'mask';
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(textParts, { maxLength: 14 }),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 9 }),
      (parts, choices) => {
        const text = parts.join('');
        if (insideEdits(Buffer.from(text), { detection: builtInDetection(), maskOf }).length === 0) return;
        found++;
        ok(holdsWord(JSON.stringify(text)), text);
        ok(holdsWord(spelled(text, choices)), text);
      },
    ),
    { numRuns: 30_000 },
  );
  ok(found > 100, `only ${found} of the texts had anything to mask`);
});

test('a key that is of nothing is no word: what most settings are made of is not looked into', () => {
  for (const text of [
    'key=value;key=value',
    '{"tolerations":[{"key":"a"}]}',
    'a\nkey: b',
    'primary key',
    'monkey',
    '"key"',
  ])
    ok(!holdsWord(text) && !holdsWord(JSON.stringify(text)), text);
  for (const text of ['api key', 'apiKey', 'API-KEY', 'jwt\n\n key', 'auth","key', '\u0061pi key', 'client-key-data'])
    ok(holdsWord(text) && holdsWord(JSON.stringify(text)), text);
});

test('an address without a password is no word, nor is a user: what most images, links and workloads have is not looked into', () => {
  for (const text of [
    'https://a.example/b?c=d',
    'containerd://5f2c',
    'see https://a.example\nor x@y.example',
    'runAsUser',
  ])
    ok(!holdsWord(text) && !holdsWord(JSON.stringify(text)), text);
  for (const text of [
    'https://a:b@c',
    `redis://:${'x'.repeat(250)}@h`,
    'amqp:\\/\\/a:b@c',
    'https://a:b\\u0040c',
    'x://\\\\@',
  ])
    ok(holdsWord(text), text);
});
