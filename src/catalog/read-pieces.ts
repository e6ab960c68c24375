import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { ExchangeRecorded } from '../recording/event.ts';
import { GONE_FRAME_MAGIC, PIECE_BYTES_MAX, type PieceRef, packName, parseList } from '../recording/piece.ts';

const decompress = promisify(zstdDecompress);

/** A piece is not what the chain says; `gone`: a rule has let it go, or somebody made it look so, which `journal verify` tells apart. */
export class PieceError extends Error {
  override readonly name = 'PieceError';
  readonly ref: PieceRef;
  readonly why: 'missing' | 'altered' | 'gone';

  constructor(ref: PieceRef, why: 'missing' | 'altered' | 'gone') {
    super(`a piece of ${packName(ref[0])} at byte ${ref[1]} is ${why}`);
    this.ref = ref;
    this.why = why;
  }
}

/** What a piece holds. @throws {PieceError} it is not there, or does not hold what its digest says */
export async function readPiece(folder: string, ref: PieceRef): Promise<Buffer> {
  const [pack, byte, frameBytes, sha256] = ref;
  // Limit: zstd makes no frame much longer than what it holds.
  if (frameBytes > 2 * PIECE_BYTES_MAX || frameBytes < 8) throw new PieceError(ref, 'altered');
  const frame = await readFrame(join(folder, packName(pack)), byte, frameBytes);
  if (frame === undefined) throw new PieceError(ref, 'missing');
  if (frame.readUInt32LE(0) === GONE_FRAME_MAGIC || frame.every((byte) => byte === 0))
    throw new PieceError(ref, 'gone');
  const piece = await decompress(frame, { maxOutputLength: PIECE_BYTES_MAX }).catch(() => undefined);
  if (piece === undefined || createHash('sha256').update(piece).digest('hex') !== sha256)
    throw new PieceError(ref, 'altered');
  return piece;
}

/** What was kept by one event, piece by piece. @throws {PieceError} */
export async function* readRecorded(
  folder: string,
  { pieces, isList }: Pick<ExchangeRecorded, 'pieces' | 'isList'>,
): AsyncGenerator<Buffer> {
  for (const ref of pieces) {
    const piece = await readPiece(folder, ref);
    if (isList !== true) yield piece;
    else for (const listed of listOf(ref, piece)) yield await readPiece(folder, listed);
  }
}

function listOf(ref: PieceRef, piece: Buffer): readonly PieceRef[] {
  try {
    return parseList(piece);
  } catch {
    throw new PieceError(ref, 'altered');
  }
}

/** Undefined where the file is not there, or ends before. */
async function readFrame(path: string, byte: number, bytes: number): Promise<Buffer | undefined> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const frame = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(frame, 0, bytes, byte);
    return bytesRead === bytes ? frame : undefined;
  } finally {
    await handle.close();
  }
}
