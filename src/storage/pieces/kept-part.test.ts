import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import type { BodyCut } from '../../recording/keeping.ts';
import { PIECE_BYTES_MAX } from '../../recording/piece.ts';
import { BodyCutter } from './cut-body.ts';
import { KeptPart } from './kept-part.ts';
import { PackWriter, packDisk } from './pack-writer.ts';

function cut(body: Buffer, how: BodyCut, sizes: readonly number[] = []): readonly Buffer[] {
  const cutter = new BodyCutter(how);
  const pieces: Buffer[] = [];
  let from = 0;
  for (let i = 0; from < body.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? body.length);
    pieces.push(...cutter.write(body.subarray(from, from + size)));
    from += size;
  }
  pieces.push(...cutter.end());
  return pieces;
}

test('a list is cut around its objects, so that each costs once, wherever it stands', () => {
  const list = (...names: readonly string[]) =>
    Buffer.from(
      `{"kind":"PodList","metadata":{"a":{}},"items":[${names
        .map((name) => JSON.stringify({ metadata: { name, odd: '}],"\\"{[' }, list: [{}, [1]] }))
        .join(',')}]}`,
    );
  const names = (pieces: readonly Buffer[]) => pieces.map((piece) => /"name":"(\w+)"/.exec(piece.toString())?.[1]);
  assert.deepEqual(names(cut(list('a', 'b', 'c'), 'items')), [undefined, 'a', 'b', 'c', undefined]);
  const twice = [...cut(list('a', 'b', 'c'), 'items'), ...cut(list('a', 'c', 'b'), 'items')].map(String);
  assert.equal(new Set(twice).size, 5, 'the second list has nothing new');
});

test('pieces are the body, however it is cut and comes, and none is longer than one may be', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 4 }),
      fc.constantFrom('whole', 'items', 'lines'),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
      (json, how, sizes) => {
        const body = Buffer.from(`{"items":[${json},{"a":${json}}]}\n${json}`);
        const whole = cut(body, how);
        assert.ok(Buffer.concat(whole).equals(body));
        assert.deepEqual(cut(body, how, sizes).map(String), whole.map(String));
      },
    ),
  );
  const long = cut(Buffer.alloc(PIECE_BYTES_MAX * 2 + 5, 'x'), 'lines');
  assert.deepEqual(
    long.map(({ length }) => length),
    [PIECE_BYTES_MAX, PIECE_BYTES_MAX, 5],
  );
});

const body = { form: 'body', part: 'reply', mediaType: 'application/json', cut: 'items', bytesMax: undefined } as const;
const ref = (n: number) => [1, n, 1, String(n).padStart(64, '0')] as const;

test('a body is told once it is whole, and one of many pieces by lists of them', () => {
  let put = 0;
  const part = new KeptPart(body, () => ref(put++));
  part.bytes('o', 0, Buffer.from(`{"items":[${Array.from({ length: 4_500 }, () => '{}').join(',')}]}`));
  assert.deepEqual([...part.takeKept()], []);
  part.end(0, { isWhole: true });
  const [told, ...more] = [...part.takeKept()];
  assert.deepEqual(more, []);
  assert.deepEqual([told?.pieces.length, told?.isList, told?.end?.isWhole], [3, true, true]);
});

test('beyond what is kept of a body it is counted', () => {
  const part = new KeptPart({ ...body, bytesMax: 5 }, () => ref(1));
  part.bytes('o', 0, Buffer.from('1234567'));
  part.bytes('o', 0, Buffer.from('89'));
  part.end(0, { isWhole: true });
  const [told] = [...part.takeKept()];
  assert.deepEqual([told?.bytes, told?.end], [5, { isWhole: false, bytes: 9 }]);
});

test('the same piece is stored once, and a pack that fails is not gone on with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-packs-'));
  try {
    let isFull = false;
    const disk = {
      ...packDisk,
      write(file: number, bytes: Uint8Array) {
        if (isFull) throw new Error('no space left');
        packDisk.write(file, bytes);
      },
    };
    const packs = new PackWriter(folder, disk, { packBytesMax: 1_000, rememberedMax: 2 });
    const one = packs.put(Buffer.from('one'));
    assert.deepEqual(packs.put(Buffer.from('one')), one);
    assert.equal(statSync(join(folder, 'pieces-00000001.zst')).size, one[2]);
    isFull = true;
    assert.throws(() => packs.put(Buffer.from('two')), /no space/);
    isFull = false;
    assert.equal(packs.put(Buffer.from('one'))[0], 2, 'what the failed pack has is not trusted');
    packs.close();
    assert.deepEqual(readdirSync(folder), ['pieces-00000001.zst', 'pieces-00000002.zst']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
