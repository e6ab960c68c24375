import { zstdDecompressSync } from 'node:zlib';

/** Source: RFC 8878, 3.1.1 */
const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** What the zstd frames in bytes hold, frames that follow each other as one: those of a sealed segment, of a pack of what was kept. */
export function zstdFrames(bytes: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = bytes.indexOf(MAGIC); at !== -1; ) {
    const frame = unpacked(bytes.subarray(at));
    if (frame !== undefined) found.push(frame.buffer);
    at = bytes.indexOf(MAGIC, at + (frame?.engine.bytesWritten ?? MAGIC.length));
  }
  return found;
}

/** Undefined for bytes that only begin as a frame does. */
function unpacked(bytes: Buffer): Inflated | undefined {
  try {
    // With `info` it gives more than its types say.
    return zstdDecompressSync(bytes, { info: true }) as unknown as Inflated;
  } catch {
    return undefined;
  }
}
