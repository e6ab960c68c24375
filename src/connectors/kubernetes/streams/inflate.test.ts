import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { constants, createDeflate, type Deflate, deflateRawSync, deflateSync } from 'node:zlib';
import { fc } from '../../../../test/support/property.ts';
import { Inflater } from './inflate.ts';

const DICTIONARY = Buffer.from('contentportstreamtypestdinstdoutstderrerror'.repeat(20));

/** The blocks of one stream, each flushed. */
async function deflated(blocks: readonly Buffer[], level: number, strategy: number): Promise<readonly Buffer[]> {
  const deflate: Deflate = createDeflate({ dictionary: DICTIONARY, level, strategy, flush: constants.Z_SYNC_FLUSH });
  let parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  const out: Buffer[] = [];
  for (const block of blocks) {
    parts = [];
    await new Promise<void>((resolve) => deflate.write(block, () => resolve()));
    while (deflate.read() !== null);
    out.push(Buffer.concat(parts));
  }
  deflate.destroy();
  return out;
}

const bytes = fc
  .array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(Buffer.from('streamtype'), Buffer.alloc(300, 'a'))))
  .map((parts) => Buffer.concat([Buffer.from('x'), ...parts]));

suite('inflating blocks of one stream', () => {
  test('gives what zlib deflated, at every level and in every way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(bytes, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY),
        async (blocks, level, strategy) => {
          const inflater = new Inflater(DICTIONARY, 100_000);
          for (const [i, block] of (await deflated(blocks, level, strategy)).entries())
            assert.deepEqual(inflater.read(block), blocks[i]);
        },
      ),
    );
  });

  test('copies from as far back as there is, over more than a window', async () => {
    const blocks = Array.from({ length: 9 }, (_, i) => Buffer.from(`${i}`.repeat(10_000 + i)));
    const inflater = new Inflater(DICTIONARY, 11_000);
    for (const [i, block] of (await deflated([...blocks, ...blocks], 9, 0)).entries())
      assert.deepEqual(inflater.read(block), blocks[i % blocks.length]);
  });

  const whole = deflateSync('some text', { dictionary: DICTIONARY, finishFlush: constants.Z_SYNC_FLUSH });
  const raw = (name: string, ...tail: number[]): readonly [string, Buffer] => [
    name,
    Buffer.concat([whole.subarray(0, 6), Buffer.from(tail)]),
  ];
  const ROWS: readonly (readonly [string, Buffer])[] = [
    ['that ends the stream', deflateSync('x', { dictionary: DICTIONARY })],
    ['without a flush at its end', whole.subarray(0, -5)],
    ['of another dictionary', deflateSync('x', { dictionary: Buffer.from('x'), finishFlush: constants.Z_SYNC_FLUSH })],
    ['without a header', deflateRawSync('x', { finishFlush: constants.Z_SYNC_FLUSH })],
    ['without a dictionary', deflateSync('x', { finishFlush: constants.Z_SYNC_FLUSH })],
    raw('that breaks off inside of a stored block', 0, 5, 0, 0xfa, 0xff, 1, 2),
    raw('of which a stored block looks like a flush inside', 0, 5, 0, 0xfa, 0xff, 1, 0, 0, 0xff, 0xff),
    raw('with a length that is not its check', 0, 5, 0, 0, 0),
    raw('of the kind that there is not', 6),
    raw('that copies from before the beginning', 0x62, 0xfc, 0xff, 0, 0, 0xff, 0xff),
    ['of nothing', Buffer.alloc(0)],
  ];
  for (const [name, block] of ROWS)
    test(`refuses a block ${name}`, () => assert.throws(() => new Inflater(DICTIONARY, 1000).read(block), Error));

  test('refuses more than it may inflate to, before it has it', () => {
    const bomb = deflateSync(Buffer.alloc(10_000_000), { dictionary: DICTIONARY, finishFlush: constants.Z_SYNC_FLUSH });
    assert.throws(() => new Inflater(DICTIONARY, 1000).read(bomb), /inflates to more than 1000 bytes/);
  });
});
