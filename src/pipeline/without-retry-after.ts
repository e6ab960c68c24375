import type { MaskedReply } from '../model/reply.ts';

/** The reply without a time to wait: clients repeat by themselves what has one, also a write that may have run (T80). */
export function withoutRetryAfter(reply: MaskedReply): MaskedReply {
  const { headers } = reply;
  return { ...reply, headers: headers.filter((_, i) => headers[i - (i % 2)]?.toLowerCase() !== 'retry-after') };
}
