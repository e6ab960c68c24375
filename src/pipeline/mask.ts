import type { KnownValues } from '../masking/text/known-values.ts';
import type { Permit } from '../model/permit.ts';
import type { MaskedReply, Reply } from '../model/reply.ts';
import { maskObjects } from './mask-objects.ts';
import { isOutput, maskOutput } from './mask-output.ts';
import { isPublicPath, type Masking, readsOf } from './masking.ts';
import type { Recording } from './recording.ts';

/**
 * The reply without the values that must be hidden. Only this stage makes a masked reply, and only of a permitted one.
 *
 * Objects are masked by where values stand and by what they look like; logs, and paths that are neither resources nor known to hold no object, as text. What passes behind
 * a proxy, a port-forward or an exec is not masked.
 *
 * @throws {Refusal} ENCODING_NOT_ACCEPTABLE, OUTCOME_UNKNOWN the reply came in a form that nobody could look into
 */
export function mask(
  permit: Permit,
  reply: Reply,
  known: KnownValues | undefined,
  masking: Masking,
  recording: Pick<Recording, 'edits'>,
): MaskedReply {
  if (reply.kind === 'duplex') return reply as MaskedReply;
  if (isOutput(permit, reply)) return maskOutput(permit, reply, known, recording) as Reply as MaskedReply;
  if (readsOf(masking, permit) === 'objects')
    return maskObjects(permit, reply, masking, recording) as Reply as MaskedReply;
  const { operation } = permit;
  if (operation.isResourceRequest || isPublicPath(operation)) return reply as MaskedReply;
  return maskOutput(permit, reply, known, recording) as Reply as MaskedReply;
}
