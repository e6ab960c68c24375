/*
 * Discovery as the gateway passes it on: without the API server's own address. `/api` tells it (`serverAddressByClientCIDRs`), `/apis` and each group may, and
 * the configuration of the service accounts' issuer does where nobody said otherwise (`jwks_uri`). Callers must not go there, and have no use for it.
 *
 * The documents are small and read whole; those in the aggregated form have no such field, and pass as they come. A form that cannot be read here is asked for
 * by nobody: of what is accepted only JSON and protobuf go upstream, and YAML as JSON, which it is.
 *
 * Source: `APIVersions`, `APIGroup` and `APIGroupList`,
 * https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/generated.proto; `OpenIDMetadata`,
 * https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/serviceaccount/openidmetadata.go
 */
import type { JsonObject, JsonValue, Operation } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Reply } from '../../../model/reply.ts';
import type { Headers } from '../../../model/request.ts';
import { type ByteSource, bytesSource, collectBytes } from '../../../std/byte-source.ts';
import { isJsonList, isJsonObject } from '../body/json-value.ts';
import { DISCOVERY_LIMITS } from './discovery-limits.ts';
import { withoutAddressFields } from './without-address-fields.ts';

const ADDRESSES = 'serverAddressByClientCIDRs';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*']);
const YAML = 'application/yaml';
/** Where the API server serves its keys; the address before it is the one that it was told, or found, as its own. */
const KEYS = '/openid/v1/jwks';

/** Whether a reply to it may tell the API server’s own address. */
export function tellsAddress({ isResourceRequest, path }: Pick<Operation, 'isResourceRequest' | 'path'>): boolean {
  return !isResourceRequest && /^\/(?:api|apis(?:\/[^/]+)?|\.well-known\/openid-configuration)\/?$/.test(path);
}

/** The headers with which such a reply is asked for: uncompressed, in a form that is read here. */
export function addresslessHeaders(headers: Headers, { path }: Pick<Operation, 'path'>): Headers {
  const reduced = new Map(headers);
  reduced.delete('accept-encoding');
  if (!path.startsWith('/api')) return reduced; // of the issuer there is JSON alone
  const clauses = acceptClauses(headers);
  const readable = clauses.filter(({ type }) => JSON_TYPES.has(type) || type === PROTOBUF);
  if (readable.length > 0) return reduced.set('accept', [readable.map(({ text }) => text).join(',')]);
  const yaml = clauses.filter(({ type }) => type === YAML);
  if (yaml.length === 0) return reduced;
  return reduced.set('accept', [yaml.map(({ text }) => text.replace(/^[^;]*/, 'application/json')).join(',')]);
}

/**
 * The reply without the API server’s address; what does not tell it passes byte for byte.
 *
 * @throws {Refusal} ENCODING_NOT_ACCEPTABLE it came in a form that is not read here; OUTCOME_UNKNOWN it broke off, is none of its form, or is larger than
 * `documentBytesMax`; it changes nothing and can be asked again
 */
export async function withoutAddresses(asked: Headers, reply: Reply): Promise<Reply> {
  if (reply.kind !== 'unary' || reply.status < 200 || reply.status > 299) return reply;
  const contentType = headerOf(reply.headers, 'content-type').toLowerCase();
  const type = contentType.split(';', 1)[0]?.trim();
  if (type !== 'application/json' && type !== PROTOBUF) {
    reply.body.cancel(new Error('not readable'));
    throw new Refusal('ENCODING_NOT_ACCEPTABLE', 'discovery is passed on as JSON, YAML or protobuf alone', {
      advice: 'accept `application/json` as well',
      detail: `the target answered ${type}`,
    });
  }
  const isYaml = type === 'application/json' && isAskedAsYaml(asked);
  const headers = isYaml ? calledYaml(reply.headers) : reply.headers;
  if (/;\s*as=apigroupdiscoverylist\b/.test(contentType)) return { ...reply, headers };
  const bytes = await whole(reply.body, type === PROTOBUF ? withoutAddressFields : inJson);
  return {
    ...reply,
    headers: bytes.length === 0 ? headers : withLength(headers, bytes.length),
    body: bytesSource(bytes),
  };
}

async function whole(body: ByteSource, edit: (bytes: Buffer) => Uint8Array): Promise<Uint8Array> {
  try {
    const bytes = await collectBytes(body, DISCOVERY_LIMITS.documentBytesMax);
    return bytes.length === 0 ? bytes : edit(bytes); // a HEAD has none
  } catch (cause) {
    throw new Refusal('OUTCOME_UNKNOWN', 'the target’s discovery could not be read whole', {
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function inJson(bytes: Buffer): Uint8Array {
  const text = bytes.toString('utf8');
  const document: JsonValue = JSON.parse(text);
  const edited = edit(document);
  if (edited === document) return bytes;
  // As it was written: the API server indents for a browser and for curl.
  const isIndented = text.startsWith('{\n');
  return Buffer.from(JSON.stringify(edited, undefined, isIndented ? 2 : undefined) + (text.endsWith('\n') ? '\n' : ''));
}

/** The very value where nothing in it is an address. */
function edit(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  let edited: JsonObject = value;
  if (isJsonList(value[ADDRESSES]) && value[ADDRESSES].length > 0) edited = { ...edited, [ADDRESSES]: [] };
  if (isJsonList(value['groups']) && value['groups'].some((group) => edit(group) !== group))
    edited = { ...edited, groups: value['groups'].map(edit) };
  const keys = ownKeys(value['issuer'], value['jwks_uri']);
  return keys === undefined ? edited : { ...edited, jwks_uri: keys };
}

/** The path of the keys that the API server serves itself; undefined where they are at the issuer’s own, public address. */
function ownKeys(issuer: JsonValue | undefined, uri: JsonValue | undefined): string | undefined {
  if (typeof issuer !== 'string' || typeof uri !== 'string' || !URL.canParse(uri)) return undefined;
  const { origin, pathname } = new URL(uri);
  if (pathname !== KEYS || (URL.canParse(issuer) && new URL(issuer).origin === origin)) return undefined;
  return KEYS;
}

interface Clause {
  readonly text: string;
  readonly type: string;
}

function acceptClauses(headers: Headers): readonly Clause[] {
  const clauses = (headers.get('accept') ?? []).flatMap((value) => value.split(',')).map((text) => text.trim());
  return clauses.map((text) => ({ text, type: text.split(';', 1)[0]?.trim().toLowerCase() ?? '' }));
}

function isAskedAsYaml(asked: Headers): boolean {
  const types = acceptClauses(asked).map(({ type }) => type);
  return types.includes(YAML) && !types.some((type) => JSON_TYPES.has(type) || type === PROTOBUF);
}

function headerOf(headers: readonly string[], name: string): string {
  const at = headers.findIndex((header, index) => index % 2 === 0 && header.toLowerCase() === name);
  return at === -1 ? '' : (headers[at + 1] ?? '');
}

function calledYaml(headers: readonly string[]): readonly string[] {
  return headers.map((text, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'content-type'
      ? text.replace(/^application\/json/i, YAML)
      : text,
  );
}

function withLength(headers: readonly string[], bytes: number): readonly string[] {
  const kept = headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== 'content-length');
  return [...kept, 'Content-Length', String(bytes)];
}
