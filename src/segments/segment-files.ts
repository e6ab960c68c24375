/*
 * The segments of a journal as they lie in its folder: plain while they are written and until they are sealed, then compressed, and as a seal alone once all their events
 * are gone. Whoever reads does not care which.
 */
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gone } from '../recording/gone.ts';
import type { SegmentSource } from '../recording/read-segments.ts';
import { readSeal, type Seal } from '../recording/seal.ts';
import {
  FOOTER,
  type Frame,
  FrameError,
  framesDigest,
  parseTail,
  tailBytes,
  unpackFrame,
} from '../recording/seekable.ts';
import {
  sealedName,
  sealedNumbers,
  sealName,
  sealNumbers,
  segmentName,
  segmentNumbers,
} from '../recording/segment-name.ts';

/** A segment in a folder. */
export interface SegmentFile {
  readonly number: number;
  readonly form: 'plain' | 'sealed' | 'gone';
  /** The file that holds it. */
  readonly name: string;
}

/** All that are there, in order. While a segment is being sealed it is there twice, and counts as plain. @throws {Error} of the file system */
export function segmentFiles(folder: string): readonly SegmentFile[] {
  const names = readdirSync(folder);
  const found = new Map<number, SegmentFile>();
  for (const number of sealNumbers(names)) found.set(number, { number, form: 'gone', name: sealName(number) });
  for (const number of sealedNumbers(names)) found.set(number, { number, form: 'sealed', name: sealedName(number) });
  for (const number of segmentNumbers(names)) found.set(number, { number, form: 'plain', name: segmentName(number) });
  return [...found.values()].sort((a, b) => a.number - b.number);
}

/** The segment as `readSegments` takes it. @throws {Error} of the file system; it is a seal that says nothing */
export function segmentSource(folder: string, file: SegmentFile): SegmentSource {
  if (file.form !== 'gone') return { name: file.name, chunks: readSegmentFile(folder, file.number) };
  const seal = sealOf(folder, file.number);
  if (seal === undefined) throw new FrameError(`\`${file.name}\` is no seal`);
  return { name: file.name, gone: goneOf(seal) };
}

/** What a seal says of a segment without its events. */
export function goneOf({ from, to, own, chain }: Seal): Gone {
  return { from, to, subtrees: own, chain };
}

/** What is signed of a segment, whoever signed it; undefined where it is not sealed or its seal cannot be read. @throws {Error} of the file system */
export function sealOf(folder: string, segment: number): Seal | undefined {
  try {
    return readSeal(readFileSync(join(folder, sealName(segment)), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The lines of a segment from the byte `start` on, which counts them as they were written. Opened when they are first asked for.
 *
 * @throws {FrameError} the file of a sealed one is not what was written; all that came before is
 * @throws {Error} of the file system
 */
export async function* readSegmentFile(folder: string, segment: number, start = 0): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(join(folder, segmentName(segment)), { start, highWaterMark: 1024 * 1024 });
    return;
  } catch (error) {
    // Sealed, perhaps a moment ago.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const sealed = await SealedFile.open(join(folder, sealedName(segment)));
  try {
    yield* sealed.lines(start);
  } finally {
    await sealed.close();
  }
}

/** The line of the event with this number in a segment, without its end; undefined where it is not there. `byte`: where it was while the segment was plain. */
export async function readLineOf(
  folder: string,
  { segment, seq, byte, lineBytes }: { segment: number; seq: number; byte: number; lineBytes: number },
): Promise<string | undefined> {
  const plain = await open(join(folder, segmentName(segment))).catch(notThere);
  if (plain !== undefined) {
    try {
      const bytes = Buffer.alloc(lineBytes);
      const { bytesRead } = await plain.read(bytes, 0, lineBytes, byte);
      return bytesRead === lineBytes ? bytes.toString() : undefined;
    } finally {
      await plain.close();
    }
  }
  const sealed = await SealedFile.open(join(folder, sealedName(segment))).catch(notThere);
  try {
    return await sealed?.lineOf(seq);
  } finally {
    await sealed?.close();
  }
}

function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** The file of a sealed segment, open. */
class SealedFile {
  readonly #handle: FileHandle;
  readonly #frames: readonly Frame[];
  readonly #digest: Buffer;
  readonly #table: Buffer;

  private constructor(handle: FileHandle, { frames, digest, table }: ReturnType<typeof parseTail>) {
    this.#handle = handle;
    this.#frames = frames;
    this.#digest = digest;
    this.#table = table;
  }

  static async open(path: string): Promise<SealedFile> {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      const bytes = tailBytes(await readAt(handle, Math.max(0, size - FOOTER), Math.min(size, FOOTER)));
      if (bytes > size) throw new FrameError('it is shorter than its seek table');
      return new SealedFile(handle, parseTail(await readAt(handle, size - bytes, bytes), size));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async *lines(start: number): AsyncGenerator<Buffer> {
    const digest = framesDigest();
    let at = 0;
    for (const frame of this.#frames) {
      const to = at + frame.plain;
      if (start === 0 || to > start) {
        const packed = await readAt(this.#handle, frame.byte, frame.packed);
        digest.update(packed);
        const lines = unpackFrame(packed, frame);
        yield start > at ? lines.subarray(start - at) : lines;
      }
      at = to;
    }
    if (start === 0 && !digest.update(this.#table).digest().equals(this.#digest))
      throw new FrameError('its bytes are not those that were written, though its events are');
  }

  /** By halves: frames hold whole lines, and each begins with the number of its first. */
  async lineOf(seq: number): Promise<string | undefined> {
    let [low, high] = [0, this.#frames.length - 1];
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const lines = await this.#frame(middle);
      const [first, last] = [firstOf(lines), firstOf(lines.subarray(lines.lastIndexOf(10, lines.length - 2) + 1))];
      if (first === undefined || last === undefined) return undefined;
      if (seq < first.from) high = middle - 1;
      else if (seq > last.to) low = middle + 1;
      else return lineIn(lines, seq);
    }
    return undefined;
  }

  async #frame(index: number): Promise<Buffer> {
    const frame = this.#frames[index] as Frame;
    return unpackFrame(await readAt(this.#handle, frame.byte, frame.packed), frame);
  }
}

function lineIn(lines: Buffer, seq: number): string | undefined {
  const head = `{"seq":${seq},`;
  const behind = lines.indexOf(`\n${head}`);
  const start = lines.subarray(0, head.length).equals(Buffer.from(head)) ? 0 : behind === -1 ? undefined : behind + 1;
  return start === undefined ? undefined : lines.toString('utf8', start, lines.indexOf(10, start));
}

/** The numbers with which a line begins. */
function firstOf(line: Buffer): { readonly from: number; readonly to: number } | undefined {
  const [, seq, from, to] =
    /^\{(?:"seq":(\d{1,15}),|"gone":\[(\d{1,15}),(\d{1,15})\])/.exec(line.toString('latin1', 0, 64)) ?? [];
  if (seq !== undefined) return { from: Number(seq), to: Number(seq) };
  return from === undefined ? undefined : { from: Number(from), to: Number(to) };
}

async function readAt(handle: FileHandle, byte: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, byte);
  if (bytesRead !== bytes) throw new FrameError('it is shorter than its seek table says');
  return buffer;
}
