import type { StreamReply, UnaryReply } from '../model/reply.ts';
import { gzippedSource } from '../std/gzipped-source.ts';

/** The reply as packed as it came; each event of a stream leaves at once. */
export function packedAgain<R extends UnaryReply | StreamReply>(reply: R): R {
  if (reply.isPacked !== true) return reply;
  return {
    ...reply,
    headers: [...reply.headers, 'Content-Encoding', 'gzip'],
    body: gzippedSource(reply.body, { isFlushed: reply.kind === 'stream' }),
  };
}
