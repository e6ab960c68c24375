import type { ExchangeRecorded } from '../recording/event.ts';
import type { FoundWhole } from '../recording/found.ts';
import type { KeptReader } from './session-routes.ts';

/** What is shown of a body. */
export interface KeptBody {
  readonly mediaType: string;
  readonly text: string;
  readonly isWhole: boolean;
}

/** Limit: bytes of one body that are shown beside its exchange. */
const SHOWN_BYTES_MAX = 256 * 1024;

/** What is kept of the bodies of an exchange, as text; a body of which nothing is kept is not there. */
export async function bodiesOf(
  { lines }: FoundWhole,
  kept: KeptReader,
): Promise<ReadonlyMap<'request' | 'reply', KeptBody>> {
  const events = lines.map(({ line }) => JSON.parse(line) as ExchangeRecorded);
  const bodies = new Map<'request' | 'reply', KeptBody>();
  for (const part of ['request', 'reply'] as const) {
    const own = events.filter((event) => event.type === 'exchange.recorded' && event.part === part);
    if (own.length > 0) bodies.set(part, await bodyOf(own, kept));
  }
  return bodies;
}

async function bodyOf(events: readonly ExchangeRecorded[], kept: KeptReader): Promise<KeptBody> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const isWhole = events.at(-1)?.end?.isWhole === true;
  const mediaType = events[0]?.mediaType ?? '';
  for (const event of events) {
    for await (const piece of kept.read(event)) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > SHOWN_BYTES_MAX)
        return { mediaType, text: Buffer.concat(pieces).toString('utf8', 0, SHOWN_BYTES_MAX), isWhole: false };
    }
  }
  return { mediaType, text: Buffer.concat(pieces).toString(), isWhole };
}
