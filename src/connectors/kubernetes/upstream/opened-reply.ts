import type { Reply } from '../../../model/reply.ts';
import { gunzippedSource } from '../../../std/gunzipped-source.ts';

/**
 * The reply unpacked, where gzip packed it: so it can be looked into. `isClosed`: it says that it must be packed again before it leaves.
 *
 * Other encodings stay as they are; whoever cannot look into them refuses them.
 */
export function openedReply(reply: Reply, method: string, { isClosed }: { readonly isClosed: boolean }): Reply {
  if (reply.kind === 'duplex' || method === 'HEAD' || reply.status === 204 || reply.status === 304) return reply;
  const { headers } = reply;
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-encoding');
  if (at === -1 || !/^(?:x-)?gzip$/i.test(headers[at + 1] as string)) return reply;
  const kept = headers.filter((_, index) => {
    const name = (headers[index - (index % 2)] as string).toLowerCase();
    return name !== 'content-encoding' && name !== 'content-length';
  });
  return { ...reply, headers: kept, body: gunzippedSource(reply.body), ...(isClosed ? { isPacked: true } : {}) };
}
