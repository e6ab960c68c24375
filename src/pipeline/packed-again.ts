import type { MaskedReply } from '../model/reply.ts';
import { gzippedSource } from '../std/gzipped-source.ts';

/** The reply as packed as it came; each event of a stream leaves at once. */
export function packedAgain(reply: MaskedReply): MaskedReply {
  if (reply.kind === 'duplex' || reply.isPacked !== true) return reply;
  return {
    ...reply,
    headers: [...reply.headers, 'Content-Encoding', 'gzip'],
    body: gzippedSource(reply.body, { isFlushed: reply.kind === 'stream' }),
  };
}
