import type { Permit } from '../model/permit.ts';
import type { MaskedReply, Reply } from '../model/reply.ts';

/**
 * The reply without the values that must be hidden. Only this stage makes a masked reply, and only of a permitted one.
 *
 * There are no mask rules yet, so nothing is taken out here; what would need it never gets this far, because the built-in guard `secrets`
 * denies every operation on Secrets before it is forwarded, unless an operator opened it under `unsafe:`.
 */
export function mask(_permit: Permit, reply: Reply): MaskedReply {
  return reply as MaskedReply;
}
