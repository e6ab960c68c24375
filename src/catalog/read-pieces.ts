import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
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

type Recorded = Pick<ExchangeRecorded, 'pieces' | 'isList'>;

/** What a piece holds. @throws {PieceError} it is not there, or does not hold what its digest says */
export async function readPiece(folder: string, ref: PieceRef): Promise<Buffer> {
  const frame = frameOf(ref, await readFrame(join(folder, packName(ref[0])), ref[1], frameBytesOf(ref)));
  return heldBy(ref, await decompress(frame, UNPACKED).catch(() => undefined));
}

/** What was kept by one event, piece by piece. @throws {PieceError} */
export async function* readRecorded(folder: string, { pieces, isList }: Recorded): AsyncGenerator<Buffer> {
  for (const ref of pieces) {
    const piece = await readPiece(folder, ref);
    if (isList !== true) yield piece;
    else for (const listed of listOf(ref, piece)) yield await readPiece(folder, listed);
  }
}

/** Limit: bytes of pieces that a `PackReader` has at hand; with more, all are read again. */
const AT_HAND_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The same for a thread that nobody waits for, and that reads much: at once, since for a small body the ways to other threads and back cost several times what is done
 * there; and until `close` the pack of the piece before stays open, and a piece that is named again, as of what is asked for again and again, is at hand.
 */
export class PackReader {
  readonly #folder: string;
  #opened: { readonly pack: number; readonly descriptor: number } | undefined;
  readonly #atHand = new Map<string, Buffer>();
  #atHandBytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws {PieceError} */
  *readRecorded({ pieces, isList }: Recorded): Generator<Buffer> {
    for (const ref of pieces) {
      const piece = this.#readPiece(ref);
      if (isList !== true) yield piece;
      else for (const listed of listOf(ref, piece)) yield this.#readPiece(listed);
    }
  }

  close(): void {
    this.#closePack();
    this.#forget();
  }

  #readPiece(ref: PieceRef): Buffer {
    const known = this.#atHand.get(ref[3]);
    if (known !== undefined) return known;
    const piece = heldBy(ref, unpacked(frameOf(ref, this.#readFrame(ref, frameBytesOf(ref)))));
    if (this.#atHandBytes + piece.length > AT_HAND_BYTES_MAX) this.#forget();
    this.#atHand.set(ref[3], piece);
    this.#atHandBytes += piece.length;
    return piece;
  }

  #forget(): void {
    this.#atHand.clear();
    this.#atHandBytes = 0;
  }

  #readFrame([pack, byte]: PieceRef, bytes: number): Buffer | undefined {
    const descriptor = this.#open(pack);
    if (descriptor === undefined) return undefined;
    const frame = Buffer.alloc(bytes);
    return readSync(descriptor, frame, 0, bytes, byte) === bytes ? frame : undefined;
  }

  #open(pack: number): number | undefined {
    if (this.#opened?.pack === pack) return this.#opened.descriptor;
    this.#closePack();
    try {
      this.#opened = { pack, descriptor: openSync(join(this.#folder, packName(pack)), 'r') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return this.#opened?.descriptor;
  }

  #closePack(): void {
    if (this.#opened !== undefined) closeSync(this.#opened.descriptor);
    this.#opened = undefined;
  }
}

/** Undefined where it is no frame. */
function unpacked(frame: Buffer): Buffer | undefined {
  try {
    return zstdDecompressSync(frame, UNPACKED);
  } catch {
    return undefined;
  }
}

const UNPACKED = { maxOutputLength: PIECE_BYTES_MAX } as const;

function frameBytesOf(ref: PieceRef): number {
  const [, , frameBytes] = ref;
  // Limit: zstd makes no frame much longer than what it holds.
  if (frameBytes > 2 * PIECE_BYTES_MAX || frameBytes < 8) throw new PieceError(ref, 'altered');
  return frameBytes;
}

function frameOf(ref: PieceRef, frame: Buffer | undefined): Buffer {
  if (frame === undefined) throw new PieceError(ref, 'missing');
  if (frame.readUInt32LE(0) === GONE_FRAME_MAGIC || frame.every((byte) => byte === 0))
    throw new PieceError(ref, 'gone');
  return frame;
}

function heldBy(ref: PieceRef, piece: Buffer | undefined): Buffer {
  if (piece === undefined || createHash('sha256').update(piece).digest('hex') !== ref[3])
    throw new PieceError(ref, 'altered');
  return piece;
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
