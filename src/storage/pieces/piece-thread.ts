/* The recorder's thread: it cuts, hashes, compresses and writes what is kept of exchanges, and says what is on the disk. See open-pieces.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { KeptEnd, KeptHead, Told, ToldKind } from '../../recording/keeping.ts';
import { type KeptNow, KeptPart } from './kept-part.ts';
import { PackWriter } from './pack-writer.ts';

/** What the thread is given, in the order in which it came; bytes stand one behind the other in the message's own. */
export type PieceEntry =
  | { readonly kind: 'open'; readonly part: number; readonly head: KeptHead }
  | {
      readonly kind: 'bytes';
      readonly part: number;
      readonly code: 'o' | 'e' | 'i';
      readonly at: number;
      readonly length: number;
    }
  | {
      readonly kind: 'resize';
      readonly part: number;
      readonly at: number;
      readonly cols: number;
      readonly rows: number;
    }
  | {
      readonly kind: 'told';
      readonly part: number;
      readonly what: ToldKind;
      readonly at: number;
      readonly about: Told;
    }
  | { readonly kind: 'end'; readonly part: number; readonly at: number; readonly end: KeptEnd };

export type PieceMessage = { readonly entries: readonly PieceEntry[]; readonly bytes: Uint8Array } | 'close';

export type PieceAnswer =
  /** So many bytes of what was given have been written. */
  | { readonly kind: 'taken'; readonly bytes: number }
  /** These are on the disk. */
  | { readonly kind: 'kept'; readonly parts: readonly (readonly [part: number, kept: KeptNow])[] }
  /** None of these is kept any further. */
  | { readonly kind: 'failed'; readonly parts: readonly number[]; readonly why: string };

/** How long what was written may wait for the disk, and so for its line in the journal. */
const SYNC_MS = 200;

const port = parentPort;
if (port !== null) {
  const packs = new PackWriter((workerData as { folder: string }).folder);
  const parts = new Map<number, KeptPart>();
  const say = (answer: PieceAnswer) => port.postMessage(answer);
  let timer: NodeJS.Timeout | undefined;
  const attempt = (work: () => void, given: readonly PieceEntry[] = []) => {
    try {
      work();
    } catch (error) {
      // What is not told yet may be lost with the pack: none of it can be gone on with.
      const failed = new Set([...parts.keys(), ...given.map(({ part }) => part)]);
      say({ kind: 'failed', parts: [...failed], why: (error as Error).message });
      parts.clear();
    }
  };
  const tell = () => {
    timer = undefined;
    attempt(() => {
      const kept = [...parts].flatMap(([part, keeper]) =>
        [...keeper.takeKept()].map((now): readonly [number, KeptNow] => [part, now]),
      );
      packs.sync();
      for (const [part, keeper] of parts) if (keeper.isOver) parts.delete(part);
      if (kept.length > 0) say({ kind: 'kept', parts: kept });
    });
  };
  port.on('message', (message: PieceMessage) => {
    if (message === 'close') {
      clearTimeout(timer);
      tell();
      attempt(() => packs.close());
      port.close();
      return;
    }
    attempt(() => take(parts, packs, message), message.entries);
    say({ kind: 'taken', bytes: message.bytes.length });
    timer ??= setTimeout(tell, SYNC_MS);
  });
}

function take(
  parts: Map<number, KeptPart>,
  packs: PackWriter,
  { entries, bytes }: Exclude<PieceMessage, 'close'>,
): void {
  let from = 0;
  for (const entry of entries) {
    if (entry.kind === 'open') {
      parts.set(entry.part, new KeptPart(entry.head, (piece) => packs.put(piece)));
      continue;
    }
    const part = parts.get(entry.part);
    if (entry.kind === 'bytes') {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset + from, entry.length);
      from += entry.length;
      part?.bytes(entry.code, entry.at, chunk);
    } else if (entry.kind === 'resize') part?.resize(entry.at, entry.cols, entry.rows);
    else if (entry.kind === 'told') part?.told(entry.what, entry.at, entry.about);
    else part?.end(entry.at, entry.end);
  }
}
