/*
 * What is kept of bodies and streams: pieces, each a zstd frame of its own in a pack of frames, so that `zstd -d` reads a pack whole. A piece is known by the SHA-256 of
 * what it holds (which is masked), and the hash chain holds that: one that was changed or is missing is found from the chain alone.
 */

/** Where a piece is: the number of its pack, where its frame begins, the frame's bytes, and the SHA-256 of what it holds, in hex. */
export type PieceRef = readonly [pack: number, byte: number, frameBytes: number, sha256: string];

/** Limit: bytes that one piece holds. */
export const PIECE_BYTES_MAX = 256 * 1024;

/** Limit: pieces that one event names; of more, it names pieces that hold lists of them. */
export const PIECES_PER_EVENT_MAX = 64;

/** Limit: a piece is named again while its pack is among so many, the newest; afterwards the same bytes are stored again. */
export const PACKS_SHARED_MAX = 4;

/** Limit: packs that are written while one body passes, so that a list of its pieces names none that is older. */
export const PACKS_PER_BODY_MAX = 64;

/** What stands where pieces were that a rule let go: a frame that readers of zstd skip. Source: RFC 8878, 3.1.2 */
export const GONE_FRAME_MAGIC = 0x184d2a51;

/** The file name of a pack; names sort as packs do. */
export function packName(pack: number): string {
  return `pieces-${String(pack).padStart(8, '0')}.zst`;
}

/** The numbers of the packs among the names of a folder, in order. */
export function packNumbers(names: readonly string[]): readonly number[] {
  return names
    .flatMap((name) => {
      const digits = /^pieces-(\d{8,15})\.zst$/.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    })
    .sort((a, b) => a - b);
}

/** What a piece that is a list holds. @throws {Error} it is none */
export function parseList(bytes: Uint8Array): readonly PieceRef[] {
  const list = JSON.parse(Buffer.from(bytes).toString()) as readonly PieceRef[];
  if (!Array.isArray(list) || !list.every(isRef)) throw new Error('it is no list of pieces');
  return list;
}

function isRef(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [pack, byte, frameBytes, sha256] = value as unknown[];
  return (
    [pack, byte, frameBytes].every((number) => Number.isSafeInteger(number) && (number as number) >= 0) &&
    /^[0-9a-f]{64}$/.test(String(sha256))
  );
}
