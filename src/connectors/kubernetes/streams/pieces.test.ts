import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventPieces } from './pieces.ts';

test('a watch in protobuf is cut into its events, without their lengths, however it comes', () => {
  const bytes = Buffer.from([0, 0, 0, 2, 0x61, 0x62, 0, 0, 0, 1, 0x63]);
  for (let size = 1; size <= bytes.length; size++) {
    const pieces = eventPieces(['content-type', 'application/vnd.kubernetes.protobuf;stream=watch']);
    const said: string[] = [];
    for (let at = 0; at < bytes.length; at += size)
      for (const piece of pieces?.take(bytes.subarray(at, at + size)) ?? []) said.push(String(piece));
    assert.deepEqual(said, ['ab', 'c']);
  }
});
