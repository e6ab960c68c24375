import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { constants, deflateSync } from 'node:zlib';
import { HeaderCompressor, type HeaderPairs, headerBlock, portHeaders } from '../../../../test/support/spdy-client.ts';
import { Refusal } from '../../../model/refusal.ts';
import { SPDY_DICTIONARY } from './spdy-dictionary.ts';
import { SpdyHeaders } from './spdy-headers.ts';
import { STREAM_LIMITS } from './stream-limits.ts';

test('the dictionary is that of SPDY/3', () => {
  // Source: SHA-256 over headerDictionary of https://github.com/moby/spdystream/blob/v0.5.1/spdy/dictionary.go
  assert.equal(
    createHash('sha256').update(SPDY_DICTIONARY).digest('hex'),
    '51d27341373f923f3cd88e1eb7162aeaa3723d7585ff2399201dc06498407f02',
  );
});

test('T38: the blocks of a connection share one compression', async () => {
  const compressor = new HeaderCompressor();
  const headers = new SpdyHeaders();
  for (const port of [80, 443, 80, 8080]) {
    const block = await compressor.block(headerBlock(portHeaders(port)));
    assert.deepEqual([...headers.read(block)], portHeaders(port));
  }
});

const BROKEN = 'the headers of a SPDY stream cannot be inflated';
const CHARACTERS = 'a header of a SPDY stream has characters that it may not have';

/** Header blocks that two readers could read two ways, not compressed, and what is said of each. */
const BLOCKS: readonly (readonly [name: string, plain: Buffer, message: string])[] = [
  [
    'a header twice',
    headerBlock([
      ['port', '80'],
      ['port', '22'],
    ]),
    'a SPDY stream has a header twice',
  ],
  ['two values', headerBlock([['port', '80\0' + '22']]), CHARACTERS],
  ['a name in capitals', headerBlock([['Port', '80']]), CHARACTERS],
  ['a name of nothing', headerBlock([['', '80']]), CHARACTERS],
  ['a name that lower case makes another of', headerBlock([['\u212aey', '80']]), CHARACTERS],
  [
    'more behind the headers',
    Buffer.concat([headerBlock(portHeaders(80)), Buffer.from([0])]),
    'something stands behind the headers of a SPDY stream',
  ],
  [
    'a second block',
    headerBlock([...portHeaders(80), ...portHeaders(22)], 3),
    'something stands behind the headers of a SPDY stream',
  ],
  ['fewer headers than said', headerBlock(portHeaders(80), 4), 'the headers of a SPDY stream break off'],
  ['a value that breaks off', headerBlock(portHeaders(80)).subarray(0, -1), 'the headers of a SPDY stream break off'],
  ['nothing', Buffer.alloc(0), BROKEN],
  [
    'many headers',
    headerBlock(Array.from({ length: 33 }, (_, i) => [`h${i}`, '']) as HeaderPairs),
    'a SPDY stream has more than 32 headers',
  ],
  ['too much', headerBlock([['x', 'a'.repeat(16 * 1024)]]), BROKEN],
  ['a bomb', headerBlock([['x', 'a'.repeat(5_000_000)]]), BROKEN],
];

suite('T41: a header block that readers could read two ways is refused', () => {
  for (const [name, plain, message] of BLOCKS) {
    test(name, async () => {
      const bytes = plain.length === 0 ? plain : await new HeaderCompressor().block(plain);
      assert.equal(outcome(new SpdyHeaders(), bytes), message);
    });
  }
});

test('headers are read up to their bounds, in number and in bytes', async () => {
  const { streamHeadersBytesMax, streamHeadersCountMax } = STREAM_LIMITS;
  const lengthsOf = async (pairs: HeaderPairs) => {
    const plain = headerBlock(pairs);
    const read = new SpdyHeaders().read(await new HeaderCompressor().block(plain));
    return [plain.length, read.size];
  };
  const many = Array.from({ length: streamHeadersCountMax }, (_, i) => [`h${i}`, ''] as const);
  assert.equal((await lengthsOf(many))[1], streamHeadersCountMax);
  // Beside the value stand a count, a name of one character, and two lengths.
  const long = 'a'.repeat(streamHeadersBytesMax - 13);
  assert.deepEqual(await lengthsOf([['x', long]]), [streamHeadersBytesMax, 1]);
  await assert.rejects(lengthsOf([['x', `${long}a`]]), { message: BROKEN });
});

suite('T41: what is not the one compressed stream of the connection is refused', () => {
  const plain = headerBlock(portHeaders(80));
  test('another dictionary', async () => {
    assert.equal(outcome(new SpdyHeaders(), deflateSync(plain, { dictionary: Buffer.from('other') })), BROKEN);
  });
  test('no zlib', async () => assert.equal(outcome(new SpdyHeaders(), plain), BROKEN));
  test('a block that ends the stream', async () => {
    const headers = new SpdyHeaders();
    const whole = deflateSync(plain, { dictionary: SPDY_DICTIONARY });
    assert.equal(outcome(headers, whole), BROKEN);
  });
  test('two streams in one block', async () => {
    const whole = deflateSync(plain, { dictionary: SPDY_DICTIONARY, finishFlush: constants.Z_FINISH });
    assert.equal(outcome(new SpdyHeaders(), Buffer.concat([whole, whole])), BROKEN);
  });
});

function outcome(headers: SpdyHeaders, bytes: Buffer): string {
  try {
    headers.read(bytes);
    return 'read';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    assert.equal(error.code, 'REQUEST_MALFORMED');
    return error.message;
  }
}
