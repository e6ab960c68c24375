/*
 * The file of a sealed segment: zstd frames of whole lines, so that `zstd -d` reads it and one line can be found without the others; behind them a frame that readers
 * skip, with the SHA-256 of all other bytes of the file, and the seek table of zstd's seekable format.
 *
 * Source: https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md; skippable frames, RFC 8878, 3.1.2
 */
import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Limit: bytes of lines in a frame, but for the last of them. */
export const FRAME_BYTES = 256 * 1024;

/** A frame: where it begins, and its bytes packed and plain. */
export interface Frame {
  readonly byte: number;
  readonly packed: number;
  readonly plain: number;
}

/** The bytes of a segment's file are not those that were written. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const [DIGEST_MAGIC, TABLE_MAGIC, FOOTER_MAGIC] = [0x184d2a50, 0x184d2a5e, 0x8f92eab1];
const DIGEST_BYTES = 40;
const FOOTER_BYTES = 9;

/** Lines as a frame. Level 1: of lines that are much alike it leaves less than levels up to 9 do, in a fifth of their time. */
export function packFrame(lines: Uint8Array): Buffer {
  return zstdCompressSync(lines, COMPRESSION);
}

const COMPRESSION = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
};

/** The lines of a frame. @throws {FrameError} */
export function unpackFrame(packed: Uint8Array, { plain }: Frame): Buffer {
  let lines: Buffer;
  try {
    lines = zstdDecompressSync(packed, { maxOutputLength: Math.max(1, plain) });
  } catch {
    throw new FrameError('a frame cannot be read');
  }
  if (lines.length !== plain) throw new FrameError('a frame is not as long as the seek table says');
  return lines;
}

/** What follows the frames. `framesDigest`: SHA-256 that has taken the frames, and takes the table here. */
export function sealedTail(frames: readonly Frame[], framesDigest: ReturnType<typeof createHash>): Buffer {
  const table = Buffer.alloc(8 + frames.length * 8 + FOOTER_BYTES);
  table.writeUInt32LE(TABLE_MAGIC, 0);
  table.writeUInt32LE(table.length - 8, 4);
  for (const [i, { packed, plain }] of frames.entries()) {
    table.writeUInt32LE(packed, 8 + i * 8);
    table.writeUInt32LE(plain, 12 + i * 8);
  }
  table.writeUInt32LE(frames.length, table.length - FOOTER_BYTES);
  table.writeUInt8(0, table.length - 5);
  table.writeUInt32LE(FOOTER_MAGIC, table.length - 4);
  const digest = Buffer.alloc(8);
  digest.writeUInt32LE(DIGEST_MAGIC, 0);
  digest.writeUInt32LE(DIGEST_BYTES - 8, 4);
  return Buffer.concat([digest, framesDigest.update(table).digest(), table]);
}

/** Limit: frames of one segment; more is no table of ours. */
const FRAMES_MAX = 4_000_000;

/** How many bytes at the end of a file hold what follows its frames, by its last 9 bytes. @throws {FrameError} */
export function tailBytes(footer: Uint8Array): number {
  const bytes = Buffer.from(footer);
  const frames = bytes.length === FOOTER_BYTES ? bytes.readUInt32LE(0) : FRAMES_MAX + 1;
  if (frames > FRAMES_MAX || bytes.readUInt8(4) !== 0 || bytes.readUInt32LE(5) !== FOOTER_MAGIC)
    throw new FrameError('its end is no seek table');
  return DIGEST_BYTES + 8 + frames * 8 + FOOTER_BYTES;
}

/** The bytes of a footer. */
export const FOOTER = FOOTER_BYTES;

/** The frames by what follows them in a file of `fileBytes`, the digest that the file says, and the table that is under it. @throws {FrameError} */
export function parseTail(tail: Buffer, fileBytes: number) {
  const table = tail.subarray(DIGEST_BYTES);
  const isForm =
    tail.readUInt32LE(0) === DIGEST_MAGIC &&
    tail.readUInt32LE(4) === DIGEST_BYTES - 8 &&
    table.readUInt32LE(0) === TABLE_MAGIC &&
    table.readUInt32LE(4) === table.length - 8;
  const frames: Frame[] = [];
  let byte = 0;
  for (let at = 8; at < table.length - FOOTER_BYTES; at += 8) {
    const [packed, plain] = [table.readUInt32LE(at), table.readUInt32LE(at + 4)];
    frames.push({ byte, packed, plain });
    byte += packed;
  }
  if (!isForm || byte + tail.length !== fileBytes) throw new FrameError('its seek table is not that of its frames');
  return { frames, digest: tail.subarray(8, DIGEST_BYTES), table } as const;
}

/** A digest that takes the frames of a file, in order. */
export function framesDigest(): ReturnType<typeof createHash> {
  return createHash('sha256');
}
