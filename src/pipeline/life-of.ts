import type { Probe, WriteBack } from '../connectors/connector.ts';
import type { JsonObject } from '../model/operation.ts';
import type { Asked } from './judge.ts';
import type { Recording } from './recording.ts';

/**
 * The live object of a held request, in the reader’s name; a Secret, which that often may not get, in its caller’s own. Null: there is none, undefined: the operation names
 * none.
 */
export async function lifeOf(
  { probe, writeBack }: { readonly probe: Pick<Probe, 'existing'>; readonly writeBack: Pick<WriteBack, 'own'> },
  recording: Pick<Recording, 'probed'>,
  { operation, caller }: Pick<Asked, 'operation' | 'caller'>,
): Promise<JsonObject | null | 'unknown' | undefined> {
  if (operation.name === '') return undefined;
  const existing = await probe.existing(operation, caller);
  if (existing !== 'unknown' || operation.resource !== 'secrets') {
    recording.probed({ existing });
    return existing;
  }
  const own = await writeBack.own(operation, caller);
  if (own === null) return null;
  return typeof own === 'string' ? 'unknown' : (JSON.parse(own.bytes.toString('utf8')) as JsonObject);
}
