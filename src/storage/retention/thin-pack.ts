/*
 * A pack without the pieces that nothing names any more. What stays lies where it lay; what went is a hole, which readers of zstd skip. A pack that nothing names is removed.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { GONE_FRAME_MAGIC, packName } from '../../recording/piece.ts';

/** Where frames lie that stay. */
export type KeptFrames = ReadonlyMap<number, number>;

/** Keeps these frames of a pack, by where each begins and how long it is. @throws {Error} of the file system: the pack is as it was */
export function thinPack(folder: string, pack: number, kept: KeptFrames): void {
  const path = join(folder, packName(pack));
  if (!existsSync(path)) return;
  if (kept.size === 0) {
    unlinkSync(path);
    syncFolder(folder);
    return;
  }
  const draft = `${path}.draft`;
  rmSync(draft, { force: true });
  const from = openSync(path, 'r');
  const to = openSync(draft, 'wx', 0o600);
  try {
    const { size } = statSync(path);
    let at = 0;
    for (const [byte, bytes] of [...kept].sort(([a], [b]) => a - b)) {
      if (byte < at || byte + bytes > size) continue;
      hole(to, at, byte);
      copy(from, to, byte, bytes);
      at = byte + bytes;
    }
    hole(to, at, size);
    ftruncateSync(to, size);
    fsyncSync(to);
    renameSync(draft, path);
    syncFolder(folder);
  } finally {
    closeSync(from);
    closeSync(to);
    rmSync(draft, { force: true });
  }
}

/** Nothing from `from` to `to`, as a frame that is skipped: only its head is written, so that the file system keeps no block for the rest. */
function hole(file: number, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const bytes = Math.min(to - at, HOLE_BYTES_MAX);
    if (bytes < 8) return;
    const head = Buffer.alloc(8);
    head.writeUInt32LE(GONE_FRAME_MAGIC, 0);
    head.writeUInt32LE(bytes - 8, 4);
    writeSync(file, head, 0, 8, at);
    at += bytes;
  }
}

const HOLE_BYTES_MAX = 1024 * 1024 * 1024;

function copy(from: number, to: number, byte: number, bytes: number): void {
  const frame = Buffer.alloc(bytes);
  readSync(from, frame, 0, bytes, byte);
  writeSync(to, frame, 0, bytes, byte);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
