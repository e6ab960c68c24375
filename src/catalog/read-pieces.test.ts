import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { GONE_FRAME_MAGIC, type PieceRef, packName } from '../recording/piece.ts';
import { PackWriter } from '../storage/pieces/pack-writer.ts';
import { PackReader, PieceError, readRecorded } from './read-pieces.ts';

let folder: string;
let writer: PackWriter;
let reader: PackReader;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-pieces-'));
  writer = new PackWriter(folder);
  reader = new PackReader(folder);
});
afterEach(() => {
  writer.close();
  reader.close();
  rmSync(folder, { recursive: true, force: true });
});

type Recorded = Parameters<PackReader['readRecorded']>[0];

const whyNot = (error: unknown) => {
  if (error instanceof PieceError) return error.why;
  throw error;
};

function atOnce(recorded: Recorded): string {
  try {
    return Buffer.concat([...reader.readRecorded(recorded)]).toString();
  } catch (error) {
    return whyNot(error);
  }
}

async function inTurns(recorded: Recorded): Promise<string> {
  try {
    const pieces: Buffer[] = [];
    for await (const piece of readRecorded(folder, recorded)) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  } catch (error) {
    return whyNot(error);
  }
}

test('a thread that reads at once finds what others find, and says the same of what is not as the chain has it', async () => {
  const put = (text: string) => writer.put(Buffer.from(text));
  const [one, two, bad, gone] = [put('one, '), put('two'), put('it will be altered'), put('it will be let go')];
  const list = put(JSON.stringify([one, two]));
  writer.sync();
  const pack = readFileSync(join(folder, packName(1)));
  pack.writeUInt8(pack.readUInt8(bad[1] + 12) ^ 1, bad[1] + 12);
  pack.writeUInt32LE(GONE_FRAME_MAGIC, gone[1]);
  writeFileSync(join(folder, packName(1)), pack);
  const changed = (ref: PieceRef, at: number, value: number | string) => ref.with(at, value) as unknown as PieceRef;
  const cases: readonly (readonly [Recorded, string])[] = [
    [{ pieces: [one, two, one] }, 'one, twoone, '],
    [{ pieces: [list], isList: true }, 'one, two'],
    [{ pieces: [one], isList: true }, 'altered'],
    [{ pieces: [bad] }, 'altered'],
    [{ pieces: [gone] }, 'gone'],
    [{ pieces: [changed(one, 0, 9)] }, 'missing'],
    [{ pieces: [changed(two, 1, 1_000_000)] }, 'missing'],
    [{ pieces: [changed(two, 2, 2 ** 30)] }, 'altered'],
    [{ pieces: [changed(two, 3, '0'.repeat(64))] }, 'altered'],
  ];
  for (const [recorded, expected] of cases) {
    reader.close();
    assert.deepEqual([atOnce(recorded), await inTurns(recorded)], [expected, expected], JSON.stringify(recorded));
  }
});

test('a piece that is named again is at hand until it is closed', () => {
  const pieces = [writer.put(Buffer.from('asked for again and again'))];
  writer.sync();
  assert.equal(atOnce({ pieces }), 'asked for again and again');
  writeFileSync(join(folder, packName(1)), '');
  assert.equal(atOnce({ pieces }), 'asked for again and again');
  reader.close();
  assert.equal(atOnce({ pieces }), 'missing');
});

test('no more is at hand than may be', () => {
  const first = writer.put(Buffer.from('first'));
  const more = Array.from({ length: 17 }, (_, i) => writer.put(Buffer.alloc(250_000, i)));
  writer.sync();
  atOnce({ pieces: [first] });
  for (const ref of more) atOnce({ pieces: [ref] });
  writeFileSync(join(folder, packName(1)), '');
  assert.equal(atOnce({ pieces: [first] }), 'missing');
});
