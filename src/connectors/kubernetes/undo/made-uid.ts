import { wireFields } from '../body/protobuf-wire.ts';

/** `k8s` and a zero byte, before the envelope. */
const MAGIC = Buffer.from('k8s\0');

/** Fields by which the uid is reached: the object in its envelope, its metadata, the uid in that. Source: `Unknown`, `ObjectMeta`, generated.proto of k8s.io/apimachinery */
const [RAW, METADATA, UID] = [2, 1, 5] as const;

/** The uid of the object that a reply says was made, in whichever encoding its caller asked for; undefined: the reply does not say, or cannot be read. */
export function madeUid(reply: Buffer): string | undefined {
  try {
    const uid = reply.subarray(0, MAGIC.length).equals(MAGIC)
      ? inProtobuf(reply.subarray(MAGIC.length))
      : inJson(reply);
    return typeof uid === 'string' && uid !== '' ? uid : undefined;
  } catch {
    return undefined;
  }
}

function inJson(reply: Buffer): unknown {
  return (JSON.parse(reply.toString('utf8')) as { readonly metadata?: { readonly uid?: unknown } }).metadata?.uid;
}

function inProtobuf(envelope: Uint8Array): string | undefined {
  let found: Uint8Array | undefined = envelope;
  for (const number of [RAW, METADATA, UID]) found = found === undefined ? undefined : fieldOf(found, number);
  return found === undefined ? undefined : Buffer.from(found).toString('utf8');
}

function fieldOf(message: Uint8Array, number: number): Uint8Array | undefined {
  for (const field of wireFields(message)) if (field.number === number && field.type === 'bytes') return field.bytes;
  return undefined;
}
