import type { StoredObject, WriteBack } from '../connectors/connector.ts';
import { sourceOf } from '../masking/written/source.ts';
import type { Permit } from '../model/permit.ts';
import type { Reply } from '../model/reply.ts';
import type { DeletedObjects } from './deleted-objects.ts';
import type { Masking } from './masking.ts';
import type { Recording } from './recording.ts';
import { shownTo } from './shown-to.ts';

interface Parts {
  readonly writeBack: Pick<WriteBack, 'own'>;
  readonly masking: Masking;
  readonly deleted: Pick<DeletedObjects, 'keep'>;
}

/**
 * What forwarding answers. An object with masked values that it deletes is kept for a while, since its caller may make it anew from what it was shown. What its caller
 * may not get, and what cannot be read, is not kept, and deleted all the same.
 *
 * Nothing is read for a caller who is shown no mask, and nothing twice: `before` is the object where it was read already, for a way back.
 */
export function keepDeleted(
  parts: Parts,
  permit: Permit,
  recording: Pick<Recording, 'lookedUp'>,
  forward: () => Promise<Reply>,
  before: StoredObject | undefined,
): Promise<Reply> {
  if (!isDelete(permit) || !isMasked(parts.masking, permit)) return forward();
  return kept(parts, permit, recording, forward, before);
}

async function kept(
  parts: Parts,
  permit: Permit,
  recording: Pick<Recording, 'lookedUp'>,
  forward: () => Promise<Reply>,
  before: StoredObject | undefined,
): Promise<Reply> {
  const { caller, operation } = permit;
  const own = before ?? (await parts.writeBack.own(operation, caller));
  if (before === undefined) recording.lookedUp('deleted');
  const reply = await forward();
  if (own === null || typeof own === 'string' || reply.status > 299) return reply;
  const { parts: masked } = sourceOf(own.bytes, shownTo(parts.masking, caller, operation.target, own)).own;
  if (masked.size > 0) parts.deleted.keep(caller, operation.target, own);
  return reply;
}

/** Who is shown no mask has none to write back, so nothing is read for it. */
function isMasked(masking: Masking, { caller, operation }: Permit): boolean {
  return !shownTo(masking, caller, operation.target, operation).plan.isEmpty;
}

function isDelete({ operation }: Permit): boolean {
  const { isResourceRequest, verb, name, subresource, options } = operation;
  return isResourceRequest && verb === 'delete' && name !== '' && subresource === '' && !options.isDryRun;
}
