/*
 * What a small reply says of itself, where it is a `Status`, in whichever encoding its caller asked for. It is read beside the reply, which goes on as it came.
 */
import { parse } from 'yaml';
import type { JsonValue } from '../../../model/operation.ts';
import type { UnaryReply } from '../../../model/reply.ts';
import { bytesSource, collectBytes } from '../../../std/byte-source.ts';
import { wireFields } from '../body/protobuf-wire.ts';
import { isJsonObject } from '../is-json-object.ts';

/** Limit: a longer reply is not looked into; a `Status` of the API server's own has a few hundred bytes. */
const STATUS_BYTES_MAX = 16 * 1024;

/** What a `Status` is about. */
export interface StatusDetails {
  readonly group: string;
  /** The resource, in what the authorizer says. */
  readonly kind: string;
  readonly name: string;
}

/** The same reply, and the details of the `Status` that it is; undefined where it is none, or longer or otherwise encoded than one is. */
export async function statusDetails(
  reply: UnaryReply,
): Promise<{ readonly reply: UnaryReply; readonly details: StatusDetails | undefined }> {
  const length = Number(headerOf(reply, 'content-length') ?? Number.NaN);
  if (!(length <= STATUS_BYTES_MAX) || headerOf(reply, 'content-encoding') !== undefined)
    return { reply, details: undefined };
  const bytes = await collectBytes(reply.body, STATUS_BYTES_MAX);
  return {
    reply: { ...reply, body: bytesSource(bytes) },
    details: detailsIn(bytes, headerOf(reply, 'content-type') ?? ''),
  };
}

function detailsIn(bytes: Buffer, contentType: string): StatusDetails | undefined {
  try {
    if (contentType.startsWith('application/vnd.kubernetes.protobuf')) return inProtobuf(bytes);
    const text = bytes.toString('utf8');
    return inDocument(
      contentType.startsWith('application/json') ? JSON.parse(text) : parse(text, { maxAliasCount: 0 }),
    );
  } catch {
    return undefined;
  }
}

function inDocument(status: JsonValue): StatusDetails | undefined {
  if (!isJsonObject(status) || status['kind'] !== 'Status' || !isJsonObject(status['details'])) return undefined;
  const { group, kind, name } = status['details'];
  return { group: text(group), kind: text(kind), name: text(name) };
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Source: `Unknown` and `Status`, as in ../status-protobuf.ts: the envelope's field 2, the status' field 5, and of that 1 to 3. */
function inProtobuf(bytes: Buffer): StatusDetails | undefined {
  const status = field(bytes.subarray(4), 2);
  const details = status && field(status, 5);
  if (details === undefined) return undefined;
  const [name, group, kind] = [1, 2, 3].map((number) => Buffer.from(field(details, number) ?? []).toString('utf8'));
  return { group: group as string, kind: kind as string, name: name as string };
}

function field(message: Uint8Array, number: number): Uint8Array | undefined {
  for (const each of wireFields(message)) if (each.number === number && each.type === 'bytes') return each.bytes;
  return undefined;
}

function headerOf({ headers }: UnaryReply, name: string): string | undefined {
  const at = headers.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === name);
  return at === -1 ? undefined : headers[at + 1];
}
