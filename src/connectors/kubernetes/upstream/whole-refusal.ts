import type { Reply } from '../../../model/reply.ts';
import { bytesSource, collectBytes } from '../../../std/byte-source.ts';

/** Limit: a longer refusal is passed on as it comes, without its length; a `Status` of the API server's own has a few hundred bytes. */
const REFUSAL_BYTES_MAX = 64 * 1024;

/**
 * The reply; where it says why an upgrade was refused, read whole beforehand. Some clients read no more of it than its `Content-Length` says, which only who has all of it can say
 * of what is masked.
 */
export async function wholeRefusal(reply: Reply): Promise<Reply> {
  if (reply.kind !== 'unary' || reply.status < 300) return reply;
  const at = reply.headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-length');
  if (at === -1 || !(Number(reply.headers[at + 1]) <= REFUSAL_BYTES_MAX)) return reply;
  const whole = await collectBytes(reply.body, REFUSAL_BYTES_MAX);
  return { ...reply, body: bytesSource(whole), whole };
}
