import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import { detection } from '../detect/detection.ts';
import { encodingsOf } from './encodings.ts';
import { type KnownValue, knownValues } from './known-values.ts';
import { TextMasker, type TextMaskerOptions } from './text-masker.ts';

const usual = detection();
const canary = 's3cr3t/Canary+\'7"$x&<y';
const values: readonly KnownValue[] = [
  { value: Buffer.from(`${canary}\n`), mask: '[k1]' },
  { value: Buffer.from('äöü-pässwörd'), mask: '[k2]' },
  { value: Buffer.from('line-one-of-a-long-value-1234\nline-two-of-a-long-value-5678\n'), mask: '[k3]' },
  { value: Buffer.from('postgres'), mask: '[never]' },
  { value: Buffer.from('aaaaaaaaaaaab'), mask: '[k4]' },
  { value: Buffer.from('Zq9'.repeat(700)), mask: '[k5]' },
];
const known = knownValues(values);

function masker(options: Partial<TextMaskerOptions> = {}): TextMasker {
  return new TextMasker({ detection: usual, known, maskOf: (detector) => `[${detector}]`, ...options });
}

/** What comes out when the bytes come in pieces. */
function masked(text: string | Buffer, cuts: readonly number[] = [], options: Partial<TextMaskerOptions> = {}): string {
  const bytes = Buffer.from(text as string, 'utf8');
  const editor = masker(options);
  const out: Buffer[] = [];
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    out.push(editor.write(bytes.subarray(at, Math.max(at, cut))));
    at = Math.max(at, cut);
  }
  out.push(editor.write(bytes.subarray(at)), editor.end());
  return Buffer.concat(out).toString('utf8');
}

/** Base64 of a file with a private key, as `base64` prints it: in lines of 76 bytes. */
const printedKey = Buffer.from(`ab-----BEGIN RSA PRIVATE ${'KEY'}-----\n${'MIIEowIBAAKCAQEAx4Ub\n'.repeat(8)}`)
  .toString('base64')
  .replaceAll(/.{76}/g, '$&\n');

/** Base64 of a file of settings, which `cut` parts before what the value decides. */
const settings = Buffer.from('A=b\nDB_PASSWORD=c0rrect-h0rse\nC=d\n').toString('base64');
const cut = Math.floor(('A=b\nDB_PASSWORD='.length * 4) / 3);

const ROWS: readonly [string, string][] = [
  [`before ${canary} after`, 'before [k1] after'],
  ['user postgres', 'user postgres'],
  ['ä äöü-pässwörd ü', 'ä [k2] ü'],
  ['x\x1b[31ms3cr3t/\x1b[0mCanary+\'7"$x&<y\x1b[1my', 'x\x1b[31m[k1]\x1b[0m\x1b[1my'],
  ['line-one-of-a-long-value-1234\r\nline-two-of-a-long-value-5678\r\nnext', '[k3]\r\r\nnext'],
  ['only line-two-of-a-long-value-5678 here', 'only [k3] here'],
  ['aaaaaaaaaaaaaaaaaaab', 'aaaaaaa[k4]'],
  [`${'Zq9'.repeat(700)}!`, '[k5]!'],
  [`${'Zq9'.repeat(600)}!`, '[k5]!'],
  ['DB_PASSWORD=c0rrect-h0rse\nnext', 'DB_PASSWORD=[keyed-secret]\nnext'],
  ['DB_PASSWORD=c0rrect,h0rse;b4ttery&staple', 'DB_PASSWORD=[keyed-secret]'],
  ['?password=c0rrect,h0rse&ssl=true x', '?password=[keyed-secret]&ssl=true x'],
  ['Password=Pa55;w0rd!x;Initial Catalog=a', 'Password=[keyed-secret];Initial Catalog=a'],
  ['the Signing \x1b[1mkey = c0rrect-h0rse\nnext', 'the Signing \x1b[1mkey = [keyed-secret]\nnext'],
  ['DB_\x1b[1mPASSWORD=c0rr\x1b[0mect-h0rse\nnext', 'DB_\x1b[1mPASSWORD=[keyed-secret]\x1b[0m\nnext'],
  [`$ base64 tls.key\n${printedKey}\n$ `, '$ base64 tls.key\nYWItLS0tLUJFR0lO[private-key]\n$ '],
  [`{"key":"${printedKey.replaceAll('\n', '\\n')}\\n"}`, '{"key":"YWItLS0tLUJFR0lO[private-key]\\n"}'],
  [`CONFIG=${settings}\nnext`, `CONFIG=${settings.slice(0, cut)}[keyed-secret]\nnext`],
  [`{"config":"\x1b[1m${settings}"}`, `{"config":"\x1b[1m${settings.slice(0, cut)}[keyed-secret]"}`],
  ['> Cookie: sid=a1b2c3d4e5; a=b\r\n', '> Cookie: sid=[authorization]\r\n'],
  ['"{\\"token\\":\\"abcd1234efgh5678\\"}"', '"{\\"token\\":\\"[keyed-secret]\\"}"'],
  ['{"tokens": ["a1b2c3d4e5",\n "b"], "c": 1}', '{"tokens": ["[keyed-secret]"], "c": 1}'],
  ['{\\"tokens\\":[\\"a1b2c3d4e5\\",\\"b\\"],\\"c\\":1}', '{\\"tokens\\":[\\"[keyed-secret]\\"],\\"c\\":1}'],
  ["a PASSWORD 'c0rrect-h0rse';", "a PASSWORD '[keyed-secret]';"],
  ["a IDENTIFIED BY 'horse';", "a IDENTIFIED BY '[keyed-secret]';"],
  ['machine h login a password horse\nnext', 'machine h login a password [keyed-secret]\nnext'],
  ['{Name: "DB_PASSWORD", Value: "horse"}', '{Name: "DB_PASSWORD", Value: "[keyed-secret]"}'],
  ['\x1b]0;s3cr3t/Canary+\'7"$x&<y\x07', '\x1b]0;[k1]\x07'],
];

for (const [text, expected] of ROWS)
  test(`T53: masked however it is cut: ${JSON.stringify(text.slice(0, 50))}`, () => {
    assert.equal(masked(text), expected);
    const length = Buffer.byteLength(text);
    for (let cut = 1; cut < length; cut++) assert.equal(masked(text, [cut]), expected, `cut at ${cut}`);
    assert.equal(masked(text, [...Array(length).keys()]), expected, 'byte by byte');
  });

test('T53: a canary is seen in none of its forms', () => {
  for (const { bytes } of encodingsOf(Buffer.from(canary))) {
    const form = bytes.toString('latin1');
    const text = `a=${form} b`;
    for (let cut = 1; cut <= text.length; cut++) {
      const out = masked(text, [cut]);
      assert.ok(!out.includes(form), out);
      assert.match(out, /\[/);
    }
  }
});

test('T53: base64 of what has the canary anywhere in it, and wrapped, is masked', () => {
  for (let before = 0; before < 90; before++) {
    const plain = `${'x'.repeat(before)}${canary}${'y'.repeat(90)}`;
    const encoded = Buffer.from(plain).toString('base64');
    for (const text of [encoded, encoded.replaceAll(/.{76}/g, '$&\n'), encoded.replaceAll(/.{64}/g, '$&\r\n')]) {
      const out = masked(text, [13, 50, 77, 78, 79, 100]);
      assert.match(out, /\[k1\]/);
      const decoded = Buffer.from(out.replaceAll(/[\r\n]/g, '').split('[k1]')[0] as string, 'base64').toString();
      assert.ok(!decoded.includes('s3'), decoded);
    }
  }
});

test('T53: what comes out does not hang on the cuts', () => {
  const pieces = fc.constantFrom(
    ...[
      canary,
      's3cr3t/',
      'aaaaaa',
      'Zq9Zq9',
      'password: ',
      'c0rrect-h0rse',
      '\n',
      '\r\n',
      ' ',
      '"',
      '\\"',
      '\x1b[31m',
      '\x1b[',
      'm',
      '=',
    ],
    ...[
      'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
      'ghp_16C7e',
      '://a:b@c',
      'token',
      '-----BEGIN PRIVATE KEY-----',
      'MIIEvQIBADANBgkq',
      '-----END PRIVATE KEY-----',
    ],
    ...[
      'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ',
      '.eyJpc3MiOiJrdWJlcm5ldGVzIn0',
      'users:\n- user:\n    ',
      'token: abc',
      'äöü-',
      'pässwörd',
      'äöü-pässwörd',
    ],
    ...encodingsOf(Buffer.from(canary)).map(({ bytes }) => bytes.toString('latin1')),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), fc.array(fc.nat(600), { maxLength: 8 }), (parts, cuts) => {
      const text = parts.join('');
      assert.equal(masked(text, cuts), masked(text));
    }),
    { numRuns: 3000 },
  );
});

test('T53: a slow masker that sees the whole text masks the same', () => {
  const words = fc.constantFrom(
    canary,
    'äöü-pässwörd',
    'plain',
    'DB_PASSWORD=c0rrect-h0rse',
    ' ',
    '\n',
    's3cr3t',
    'user postgres',
    'aaaaaaaaaaaab',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 20 }), fc.array(fc.nat(300), { maxLength: 5 }), (parts, cuts) => {
      const text = parts.join(' ');
      let expected = text;
      for (const { value, mask } of values)
        if (mask !== '[never]') expected = expected.replaceAll(value.toString('utf8').trim(), mask);
      expected = expected.replaceAll('c0rrect-h0rse', '[keyed-secret]');
      assert.equal(masked(text, cuts), expected);
    }),
    { numRuns: 1000 },
  );
});

test('a prompt and what is typed behind it appear at once', () => {
  const editor = masker({ isTerminal: true });
  for (const piece of [
    'Password: ',
    '$ ',
    's',
    '3',
    'l',
    's',
    ' -l',
    '\r\n',
    'sql> ',
    'e',
    'y',
    '-----',
    'postgres://u',
    ' https',
    '://',
  ])
    assert.equal(editor.write(Buffer.from(piece)).toString(), piece);
});

test('a terminal shows two bytes of a known value at most', () => {
  const editor = masker({ isTerminal: true });
  const out = [...canary].map((character) => editor.write(Buffer.from(character)).toString()).join('');
  assert.equal(out + editor.end().toString(), 's3[k1]');
});

test('what is held is bounded, and memory does not grow, whatever comes', () => {
  for (const piece of [
    'a',
    'password=',
    'eyJ',
    'aaaaaaaaaaaa',
    'ghp_',
    '\x1b[',
    '://a:',
    'Zq9',
    'token="\\',
    '-----BEGIN ',
    '\x1b[1m',
  ]) {
    const editor = masker();
    let came = 0;
    let left = 0;
    for (let round = 0; round < 200; round++) {
      const chunk = Buffer.from(piece.repeat(Math.ceil(1024 / piece.length)));
      came += chunk.length;
      left += editor.write(chunk).length;
    }
    assert.ok(editor.keptBytes <= 32 * 1024, `${piece} keeps ${editor.keptBytes}`);
    left += editor.count * 3000;
    assert.ok(editor.count > 0 || came - left <= 4096, `${piece} holds ${came - left}`);
  }
});

test('what is not text passes as it came, and is ended where a value is in it', () => {
  const tar = Buffer.concat([
    Buffer.from('file.txt'),
    Buffer.alloc(600),
    Buffer.from('harmless\x1b[1m\r\n'),
    Buffer.alloc(100, 0xff),
  ]);
  const editor = masker();
  assert.deepEqual(
    Buffer.concat([editor.write(tar.subarray(0, 700)), editor.write(tar.subarray(700)), editor.end()]),
    tar,
  );
  assert.equal(editor.mustEnd, undefined);
  for (const [bytes, by] of [
    [Buffer.from(canary), 'known'],
    [Buffer.from('key: ghp_16C7e42F292c6912E7710c838347Ae178B4a'), 'service-token'],
  ] as const) {
    const other = masker();
    other.write(tar);
    const out = Buffer.concat([other.write(bytes), other.write(Buffer.from(' more')), other.end()]);
    assert.equal(other.mustEnd?.by, by);
    assert.ok(!out.includes(bytes));
  }
});

test('T53: base64 of values in a row hides each of them whole, wherever they lie in it and however it is cut', () => {
  const [one, other] = ['first/canary+1', 'second-canary'] as const;
  for (const before of ['', 'x', 'xy'])
    for (const first of [one, `${one}a`, `${one}ab`]) {
      const known = knownValues([first, other].map((value) => ({ value: Buffer.from(value), mask: '[]' })));
      const bytes = Buffer.from(Buffer.from(before + first + other).toString('base64'));
      for (let cut = 0; cut <= bytes.length; cut++) {
        const masker = new TextMasker({ detection: detection([]), known, maskOf: () => '[]' });
        const out = Buffer.concat([
          masker.write(bytes.subarray(0, cut)),
          masker.write(bytes.subarray(cut)),
          masker.end(),
        ]);
        const left = out.toString().replaceAll('[]', ' ').split(' ');
        assert.ok(
          left.every((piece) => piece.length <= 4),
          `${before} ${first} cut at ${cut}: ${out}`,
        );
      }
    }
});
