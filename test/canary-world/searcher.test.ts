import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';

import { fc } from '../support/property.ts';
import { canary, uniqueText } from './canary.ts';
import { Searcher } from './searcher.ts';

const plain = uniqueText('plain', 20);
const awkward = `${uniqueText('a', 12)} "1+2='x'" <&> \\ / $ä ${uniqueText('b', 12)}`;
const bytes = Buffer.from([...Array(40).keys()].map((n) => (n * 89 + 128) & 0xff));
const canaries = [canary('plain', plain), canary('awkward', awkward), canary('bytes', bytes)];

function found(text: string | Buffer): readonly string[] {
  return [...new Set(new Searcher(canaries).in(Buffer.from(text)).map((hit) => hit.canary))].sort();
}

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const json = (value: unknown) => JSON.stringify(value);

/** Ways in which each canary that is a text is written. */
const ways: Readonly<Record<string, (value: string) => string | Buffer>> = {
  plain: (value) => `before ${value} after`,
  'base64 at 0': (value) => base64(value),
  'base64 at 1': (value) => base64(`1${value}!`),
  'base64 at 2': (value) => base64(`12${value}!!`),
  base64url: (value) => Buffer.from(`?${value}`).toString('base64url'),
  'base64 in lines, as the shell writes it': (value) =>
    base64(`${'x'.repeat(50)}${value}${'y'.repeat(100)}`).replaceAll(/.{76}/g, '$&\n'),
  hex: (value) => `x${Buffer.from(value).toString('hex')}`,
  'hex in capitals': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  'a URL of JavaScript': (value) => `?a=${encodeURIComponent(value)}`,
  'a form': (value) => new URLSearchParams({ a: value }).toString(),
  JSON: (value) => json({ a: [value] }),
  'JSON of Go': (value) => json(value).replaceAll(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
  'JSON in JSON in JSON in JSON': (value) => json(json(json(json({ a: value })))),
  'single quotes of YAML': (value) => `a: '${value.replaceAll("'", "''")}'`,
  'single quotes of a shell': (value) => `'${value.replaceAll("'", "'\\''")}'`,
  'double quotes of a shell': (value) => `"${value.replaceAll(/["\\$`]/g, '\\$&')}"`,
  gzip: (value) => gzipSync(`a ${value} b`),
  'a chain of gzip members': (value) => Buffer.concat([gzipSync('nothing'), gzipSync('here'), gzipSync(value)]),
  'a value that two gzip members share': (value) =>
    Buffer.concat([gzipSync(value.slice(0, 9)), gzipSync(value.slice(9))]),
  'gzip that is cut short': (value) => gzipSync(`${value} and more that never came`).subarray(0, -9),
  'gzip among other bytes': (value) =>
    Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), gzipSync(value), Buffer.from('tail')]),
  deflate: (value) => deflateSync(value),
  'a Helm release': (value) =>
    json({ data: { release: base64(base64(gzipSync(json({ manifest: `a: ${base64(value)}` })))) } }),
  'JSON in base64 in JSON in gzip': (value) => gzipSync(json({ a: base64(json({ b: value, c: 'x'.repeat(40) })) })),
  'half of it': (value) => `${value.slice(0, (value.length >> 1) + 1)}…`,
  'its other half': (value) => `…${Buffer.from(value).subarray(Buffer.from(value).length >> 1)}`,
  'in colours': (value) => `\x1b[31m${value.slice(0, 5)}\x1b[0m${value.slice(5)}`,
};

for (const [way, write] of Object.entries(ways))
  for (const [id, value] of [
    ['plain', plain],
    ['awkward', awkward],
  ] as const)
    test(`the searching tool finds ${id} in ${way}`, () => {
      assert.deepEqual(found(write(value)), [id]);
    });

test('bytes that are no text are found as they are, in base64, in hex and in gzip', () => {
  for (const written of [bytes, base64(bytes), bytes.toString('hex'), gzipSync(bytes), base64(base64(bytes))])
    assert.deepEqual(found(written), ['bytes']);
});

test('several canaries in one text are all found, and what was unpacked is said', () => {
  const hits = new Searcher(canaries).in(gzipSync(json({ plain, awkward })));
  assert.deepEqual(
    hits.slice(0, 2).map((hit) => [hit.canary, hit.layers[0]]),
    [
      ['plain', 'gzip'],
      ['awkward', 'gzip'],
    ],
  );
  assert.match(hits[0]?.around ?? '', /"plain":"/);
});

test('nothing is found where nothing is: names, masks, noise, other values', () => {
  const masks = 'masked-by-sallyport-abcdefghijklmnopqrst';
  for (const text of ['', 'abc', json({ masks, other: uniqueText('other', 20) }), base64(masks), gzipSync(masks)])
    assert.deepEqual(found(text), []);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (noise) => assert.deepEqual(found(Buffer.from(noise)), [])),
  );
});

test('what was looked at once gives the same a second time', () => {
  const searcher = new Searcher(canaries);
  assert.deepEqual(searcher.in(Buffer.from(plain)), searcher.in(Buffer.from(plain)));
});
