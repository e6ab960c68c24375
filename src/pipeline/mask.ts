import type { KnownValues } from '../masking/text/known-values.ts';
import type { Permit } from '../model/permit.ts';
import type { MaskedReply, Reply } from '../model/reply.ts';
import { isOutput, maskOutput } from './mask-output.ts';
import type { Recording } from './recording.ts';

/**
 * The reply without the values that must be hidden. Only this stage makes a masked reply, and only of a permitted one.
 *
 * Logs are masked by what values look like, and by the values that are known of their pod. There are no mask rules yet, so of objects nothing is taken out here; what would need it never gets this far,
 * because the built-in guard `secrets` denies every operation on Secrets before it is forwarded, unless an operator opened it under `unsafe:`.
 *
 * @throws {Refusal} ENCODING_NOT_ACCEPTABLE the reply came in an encoding that nobody could look into
 */
export function mask(
  permit: Permit,
  reply: Reply,
  known: KnownValues | undefined,
  recording: Pick<Recording, 'edits'>,
): MaskedReply {
  if (reply.kind === 'duplex' || !isOutput(permit, reply)) return reply as MaskedReply;
  return maskOutput(permit, reply, known, recording) as Reply as MaskedReply;
}
