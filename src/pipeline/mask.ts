import type { KnownValues } from '../masking/text/known-values.ts';
import type { Permit } from '../model/permit.ts';
import type { MaskedReply, Reply } from '../model/reply.ts';
import { maskChannels } from './mask-channels.ts';
import { maskObjects } from './mask-objects.ts';
import { isOutput, maskOutput } from './mask-output.ts';
import { maskedHeaders } from './masked-headers.ts';
import { isPublicPath, type Masking, readsOf } from './masking.ts';
import type { Recording } from './recording.ts';

/**
 * The reply without the values that must be hidden. Only this stage makes a masked reply, and only of a permitted one.
 *
 * Objects are masked by where values stand and by what they look like; logs, what a command in a container says, and paths that are neither resources nor known to hold no object, as
 * text, and so is what every head says in words. What passes behind a proxy or a port-forward is not masked.
 *
 * @throws {Refusal} ENCODING_NOT_ACCEPTABLE, OUTCOME_UNKNOWN the reply came in a form that nobody could look into
 */
export function mask(
  permit: Permit,
  unmasked: Reply,
  known: KnownValues | undefined,
  masking: Masking,
  recording: Pick<Recording, 'edits' | 'timed' | 'masksTurn'>,
): MaskedReply {
  const headers = maskedHeaders(permit, unmasked.headers, known, masking);
  const reply = headers === unmasked.headers ? unmasked : { ...unmasked, headers };
  if (reply.kind === 'duplex') {
    maskChannels(permit, reply, known, masking, recording);
    return reply as MaskedReply;
  }
  if (isOutput(permit)) return maskOutput(permit, reply, known, masking, recording) as Reply as MaskedReply;
  if (readsOf(masking, permit) !== 'nothing')
    return maskObjects(permit, reply, known, masking, recording) as Reply as MaskedReply;
  const { operation } = permit;
  if (operation.isResourceRequest || isPublicPath(operation)) return reply as MaskedReply;
  return maskOutput(permit, reply, known, masking, recording) as Reply as MaskedReply;
}
