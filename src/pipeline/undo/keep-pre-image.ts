/*
 * The object before a change, kept so that it can be undone, where a rule says so. The request is held to the very version that was kept: what upstream changes is what
 * is kept. Nothing of it is shown to the caller, so it may be read in the reader's name where the caller may not get it.
 */
import type { Connector, Probe, StoredObject, Unread, WriteBack } from '../../connectors/connector.ts';
import type { AllowDecision } from '../../model/decision.ts';
import type { JsonObject } from '../../model/operation.ts';
import { isSamePrecondition, type Precondition } from '../../model/precondition.ts';
import { Refusal } from '../../model/refusal.ts';
import type { Clock } from '../../std/clock.ts';
import type { Judged } from '../judge.ts';
import type { PreImages } from '../pre-images.ts';

interface Parts {
  readonly connector: Pick<Connector, 'pin' | 'undo'>;
  readonly writeBack: Pick<WriteBack, 'own'>;
  readonly probe: Pick<Probe, 'existing' | 'clusterUid'>;
  readonly preImages: PreImages;
  readonly clock: Clock;
}

/**
 * The request, held to the version that was kept; as it is, where nothing of it is to be kept, or it has no way back.
 *
 * @throws {Refusal} RECORDING_UNAVAILABLE there is no key, or it cannot be written; FACT_UNKNOWN the object cannot be read; OBJECT_CHANGED; what `pin` refuses
 */
export async function keepPreImage(parts: Parts, judged: Judged): Promise<Judged> {
  const { decision, operation, request } = judged;
  if (!isKept(decision as Partial<AllowDecision>) || parts.connector.undo.foreseen(operation).kind === 'none')
    return judged;
  if (!parts.preImages.canKeep)
    throw new Refusal(
      'RECORDING_UNAVAILABLE',
      'a rule says that the object is kept as it is before the change, and there is no key for that',
      { advice: 'ask the operator for `journal.preImageKeyFile` in the gateway’s configuration', rule: decision.rule },
    );
  const [own, cluster] = await Promise.all([parts.writeBack.own(operation, judged.caller), parts.probe.clusterUid()]);
  const before = await objectBefore(parts, judged, own);
  const held = await heldTo(parts, judged, before);
  const image = parts.connector.undo.imageOf(operation, before);
  await parts.preImages.keep({
    ...image,
    exchange: request.id,
    target: operation.target,
    ...(cluster === 'unknown' ? {} : { cluster }),
    at: parts.clock.now(),
  });
  return own === null || typeof own === 'string' ? held : { ...held, before: own };
}

function isKept({ effect, record }: Partial<AllowDecision>): boolean {
  return effect === 'allow' && record?.preImage === true;
}

async function objectBefore(
  { probe }: Parts,
  { operation, caller }: Judged,
  own: StoredObject | null | Unread,
): Promise<JsonObject | null> {
  const read =
    own === 'forbidden'
      ? await probe.existing(operation, caller)
      : own === null || own === 'unknown'
        ? own
        : (JSON.parse(own.bytes.toString('utf8')) as JsonObject);
  if (read === 'unknown')
    throw new Refusal(
      'FACT_UNKNOWN',
      'a rule says that the object is kept as it is before the change, and it could not be read',
      {
        advice: 'try again',
      },
    );
  return read;
}

async function heldTo({ connector }: Parts, judged: Judged, before: JsonObject | null): Promise<Judged> {
  const { request, operation, precondition } = judged;
  if (precondition === undefined) return { ...judged, ...(await connector.pin(request, operation, [before])) };
  if (isSamePrecondition(precondition, versionOf(before))) return judged;
  throw new Refusal('OBJECT_CHANGED', 'the object changed while it was kept, so nothing was done', {
    advice: 'ask again',
  });
}

function versionOf(object: JsonObject | null): Precondition {
  if (object === null) return 'absent';
  const { resourceVersion, uid } = (object.metadata ?? {}) as JsonObject;
  return { resourceVersion: String(resourceVersion ?? ''), uid: String(uid ?? '') };
}
