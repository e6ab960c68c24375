/*
 * The body of a request as the operation's object, patch and options.
 *
 * The API server takes a body by its content type, its path and its own kinds; so does this, with the same defaults (JSON where no type is
 * said, kind and apiVersion from the path where the body has none). What cannot be read here is refused, so that no rule ever judges a
 * body that it has not seen: a body that the gateway passed unread would be a way round every rule on objects.
 */
import type { Equivalent, JsonObject, OperationBody, Patch, WriteOptions } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { agree, type BodyPath, type ExpectedKind } from './agree.ts';
import { bodyEquivalents } from './body-equivalents.ts';
import { type BodyLimits, DEFAULT_BODY_LIMITS } from './body-limits.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { deleteOptions, evictionOptions } from './delete-options.ts';
import { isJsonObject } from './json-value.ts';
import { type ObjectForm, objectForm, opaqueMediaType, patchForm } from './media-type.ts';
import { readJson } from './read-json.ts';
import { readPatch } from './read-patch.ts';
import { readProtobuf } from './read-protobuf.ts';
import { readYaml } from './read-yaml.ts';
import { unreadable } from './unreadable.ts';

export interface BodyInput {
  readonly bytes: Buffer;
  /** The one `Content-Type` header; undefined where there is none. */
  readonly contentType: string | undefined;
  readonly path: BodyPath;
  /** What discovery says of the resource or subresource; undefined outside of resources. */
  readonly expected: ExpectedKind | undefined;
  readonly limits?: BodyLimits;
}

export interface ReadBody {
  /** Undefined where the body is empty. */
  readonly body: OperationBody | undefined;
  /** Of a delete or eviction with a body. Where `isDryRun` is there, these are all the options that upstream will heed. */
  readonly options: Partial<WriteOptions>;
  /** What the body makes the operation equal. */
  readonly equivalents: readonly Equivalent[];
}

/**
 * A body, read by its content type and held against its path.
 *
 * An empty body is none; whether one is needed is upstream's to say. What goes to a proxy or outside of the resources is not Kubernetes'
 * to read, and is given unread; a body where the API server reads none (a GET, an exec) is refused.
 *
 * @throws {Refusal} REQUEST_MALFORMED a body where none belongs; BODY_UNREADABLE; BODY_MISMATCH; MEDIA_TYPE_UNSUPPORTED; BODY_TOO_LARGE;
 * QUERY_AMBIGUOUS a delete whose query and body disagree
 */
export function readOperationBody(input: BodyInput): ReadBody {
  const { bytes, path } = input;
  if (bytes.length === 0) return { body: undefined, options: {}, equivalents: equivalentsOfNone(path) };
  if (isOpaque(path)) return plain(bodyOf(input, opaqueMediaType(input.contentType), undefined, undefined));
  switch (path.verb) {
    case 'create':
    case 'update':
      return ofObject(input);
    case 'patch':
      return ofPatch(input);
    case 'delete':
    case 'deletecollection':
      return ofDelete(input);
    default:
      throw new Refusal('REQUEST_MALFORMED', `a ${path.verb} has no body`, { advice: 'send it without one' });
  }
}

function ofObject(input: BodyInput): ReadBody {
  const { path } = input;
  if (path.apiGroup === '' && path.resource === 'pods' && CONNECTS.has(path.subresource)) {
    throw new Refusal('REQUEST_MALFORMED', `\`${path.subresource}\` has no body`, { advice: 'send it without one' });
  }
  const expected = expectedKind(input);
  const { mediaType, form } = objectForm(input.contentType);
  const object = readObject(input, form, expected);
  agree(object, path, expected);
  const isEviction = path.resource === 'pods' && path.subresource === 'eviction';
  return {
    body: bodyOf(input, mediaType, object, undefined),
    options: isEviction ? evictionOptions(object) : {},
    equivalents: bodyEquivalents(path, object, undefined),
  };
}

function ofPatch(input: BodyInput): ReadBody {
  const { mediaType, form } = patchForm(input.contentType);
  const patch = readPatch(input.bytes, form, input.path, expectedKind(input), limitsOf(input));
  return {
    body: bodyOf(input, mediaType, undefined, patch),
    options: {},
    equivalents: bodyEquivalents(input.path, undefined, patch),
  };
}

function ofDelete(input: BodyInput): ReadBody {
  const { mediaType, form } = objectForm(input.contentType);
  const object = readObject(input, form, DELETE_OPTIONS);
  const options = deleteOptions(object, input.path.query);
  return { body: bodyOf(input, mediaType, object, undefined), options, equivalents: [] };
}

const DELETE_OPTIONS: ExpectedKind = { kind: 'DeleteOptions', group: '', version: 'v1', isNamespaced: false };
const CONNECTS: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward']);
const PROXIED: ReadonlySet<string> = new Set(['pods', 'services', 'nodes']);

function readObject(input: BodyInput, form: ObjectForm, expected: ExpectedKind): JsonObject {
  const limits = limitsOf(input);
  if (form === 'protobuf') return readProtobuf(input.bytes, expected, limits);
  const text = decodeUtf8(input.bytes);
  const object = form === 'yaml' ? readYaml(text, limits) : readJson(text, limits);
  if (!isJsonObject(object)) throw unreadable('the body is not an object');
  return object;
}

function isOpaque(path: BodyPath): boolean {
  if (!path.isResourceRequest) return true;
  const isProxied = path.apiGroup === '' && PROXIED.has(path.resource);
  return isProxied && (path.verb === 'proxy' || path.subresource === 'proxy');
}

function expectedKind(input: BodyInput): ExpectedKind {
  if (input.expected !== undefined) return input.expected;
  throw new Refusal('BODY_MISMATCH', 'which kind this path takes is not known, so that its body cannot be read');
}

/** An update of a scale without a body is for upstream to refuse; until then it is what an empty one would be. */
function equivalentsOfNone(path: BodyPath): readonly Equivalent[] {
  return path.verb === 'update' ? bodyEquivalents(path, {}, undefined) : [];
}

function bodyOf(
  input: BodyInput,
  mediaType: string,
  object: JsonObject | undefined,
  patch: Patch | undefined,
): OperationBody {
  return { mediaType, bytes: input.bytes, object, patch };
}

function plain(body: OperationBody): ReadBody {
  return { body, options: {}, equivalents: [] };
}

function limitsOf(input: BodyInput): BodyLimits {
  return input.limits ?? DEFAULT_BODY_LIMITS;
}
