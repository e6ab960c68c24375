/*
 * A request held to the state of its object that it was judged on: the API server itself then answers 409 where the object has changed meanwhile.
 *
 * Where the version stands is the API server's to say. A patch, an update, a status, a scale and a binding have it in their metadata, a delete in its
 * preconditions (or, without a body, in its query), an eviction in the options of its delete. A JSON patch gets an `add` of `/metadata/resourceVersion` as its
 * last operation: `test` would be answered 422, and whatever stood first could be undone by the caller's own operations behind it. The uid goes along where a
 * request could make the object anew (an apply, an update of some kinds), since the version alone is not asked for then.
 *
 * That there be no object is held to with a version that none can have: a missing object is made or not found as ever, one that has come meanwhile is
 * a conflict. But for a dry run, whose answer would show that version to a client that takes it for an object's own (Flux, `kubectl diff`): its status says whether
 * there was an object (`forward`).
 *
 * Rejected: writing the body anew. Every byte of the caller's but the pin leaves as it came (in protobuf: but the pin and the lengths around it), and a body in which
 * none can be put so is refused.
 *
 * Source: `Store.Update` and `Store.Delete`, https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/registry/generic/registry/store.go, `applyPatch`,
 * https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/handlers/patch.go; all of it is asked of a real one in test/cluster-suites
 */
import type { JsonObject, JsonValue, Operation, OperationBody } from '../../../model/operation.ts';
import { isSamePrecondition, type ObjectVersion, type Precondition } from '../../../model/precondition.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Request } from '../../../model/request.ts';
import { decodeUtf8 } from '../body/decode-utf8.ts';
import { isJsonObject } from '../is-json-object.ts';
import { withBody } from '../with-body.ts';
import { pinJsonPatch } from './pin-json-patch.ts';
import { putJson } from './put-json.ts';
import { putProtobuf } from './put-protobuf.ts';
import { putYaml } from './put-yaml.ts';
import { statedIn } from './stated-in.ts';

/** A version that no object can have: the API server's count would have to begin anew. */
export const ABSENT_VERSION = '9223372036854775807';

/** A request that upstream runs only while its object is as it was judged. */
export interface PinnedRequest {
  readonly request: Request;
  readonly place: Place;
  /** What was put into it; empty strings for what the caller says itself. */
  readonly put: ObjectVersion;
  readonly precondition: Precondition;
}

/**
 * The request, held to the one state that all of `states` are of: objects as they were looked up, or as upstream would store them, and null where there was
 * none. Undefined where there is nothing to hold to, where the caller says the same version itself, and where the API knows no such precondition: reads,
 * streams, proxies, tokens, `deletecollection`.
 *
 * @throws {Refusal} OBJECT_CHANGED the states are of two versions, or the caller asks for another; BODY_UNREADABLE nothing can be put into a body of this kind
 */
export function pinRequest(
  request: Request,
  operation: Operation,
  states: readonly (JsonObject | null)[],
): PinnedRequest | undefined {
  const place = placeOf(operation);
  const [first, ...others] = states.map(versionOf);
  if (place === undefined || first === undefined) return undefined;
  if (others.some((other) => !isSamePrecondition(first, other))) throw changed('changed while it was looked up');
  const wanted = first === 'absent' ? { resourceVersion: ABSENT_VERSION, uid: '' } : first;
  const stated = statedIn(operation, place);
  if (stated.resourceVersion !== '' && stated.resourceVersion !== wanted.resourceVersion)
    throw changed(`is not at version \`${stated.resourceVersion}\`, which the request asks for`);
  // A JSON patch can take back what it has said: ours is its last word in any case.
  const isSaid = stated.resourceVersion !== '' && operation.body?.patch?.type !== 'json';
  const missing: ObjectVersion = {
    resourceVersion: isSaid ? '' : wanted.resourceVersion,
    uid: stated.uid === '' && place.takesUid ? wanted.uid : '',
  };
  if (missing.resourceVersion === '' && missing.uid === '') return undefined;
  if (first === 'absent' && isTriedCreate(operation))
    return { request, place, put: { resourceVersion: '', uid: '' }, precondition: first };
  return { request: put(request, operation, place, missing), place, put: missing, precondition: first };
}

/** Whether it only tries what may make its object. */
export function isTriedCreate({ verb, options }: Operation): boolean {
  return options.isDryRun && (verb === 'patch' || verb === 'update');
}

/** Where an operation says which version of its object it is for. */
export interface Place {
  /** The object in its body, or in its JSON patch, that has `resourceVersion` and `uid`. */
  readonly within: readonly string[];
  readonly takesUid: boolean;
}

function placeOf({ isResourceRequest, verb, name, subresource, power, body }: Operation): Place | undefined {
  if (!isResourceRequest || name === '' || subresource === 'proxy') return undefined;
  switch (verb) {
    case 'update':
      return { within: ['metadata'], takesUid: true };
    case 'patch':
      return { within: ['metadata'], takesUid: body?.patch?.type === 'apply' };
    case 'delete':
      return { within: ['preconditions'], takesUid: true };
    case 'create':
      if (power === 'binding') return { within: ['metadata'], takesUid: true };
      return subresource === 'eviction' ? { within: ['deleteOptions', 'preconditions'], takesUid: true } : undefined;
    default:
      return undefined;
  }
}

/** The version of an object as it was looked up; what upstream would make anew has none yet. */
function versionOf(state: JsonObject | null): Precondition {
  const metadata = state?.metadata;
  if (!isJsonObject(metadata)) return 'absent';
  const [resourceVersion, uid] = [text(metadata.resourceVersion), text(metadata.uid)];
  return resourceVersion === '' ? 'absent' : { resourceVersion, uid };
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function put(request: Request, operation: Operation, place: Place, missing: ObjectVersion): Request {
  const { body, verb } = operation;
  if (body === undefined) {
    if (verb === 'delete') return withQuery(request, missing);
    throw new Refusal(
      'BODY_UNREADABLE',
      'the request is judged on the live object, and has no body to put its version into',
      {
        advice: 'send the object',
      },
    );
  }
  return withBody(request, request.headers.get('content-type')?.[0] ?? body.mediaType, bodyWith(body, place, missing));
}

function bodyWith(body: OperationBody, place: Place, missing: ObjectVersion): Buffer {
  if (body.patch?.type === 'json') return Buffer.from(pinJsonPatch(body, missing));
  return Object.entries(missing).reduce<Buffer>(
    (bytes, [key, value]) => (value === '' ? bytes : putString(body.mediaType, bytes, [...place.within, key], value)),
    Buffer.from(body.bytes),
  );
}

function putString(mediaType: string, bytes: Buffer, path: readonly string[], value: string): Buffer {
  if (mediaType === 'application/vnd.kubernetes.protobuf') return putProtobuf(bytes, path, value);
  const text = decodeUtf8(bytes);
  return Buffer.from(
    mediaType.endsWith('yaml') && !isJson(text) ? putYaml(text, path, value) : putJson(text, path, value),
  );
}

/** JSON is YAML; most of what is sent as YAML is JSON. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Source: `Convert_url_Values_To_v1_DeleteOptions`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/conversion.go */
function withQuery(request: Request, { resourceVersion, uid }: ObjectVersion): Request {
  const added = Object.entries({ resourceVersion, uid }).flatMap(([key, value]) =>
    value === '' ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  const { uri } = request;
  const join = !uri.includes('?') ? '?' : uri.endsWith('?') || uri.endsWith('&') ? '' : '&';
  return { ...request, uri: uri + join + added.join('&') };
}

function changed(how: string): Refusal {
  return new Refusal('OBJECT_CHANGED', `the object ${how}, so nothing was done`, {
    advice: 'get its latest version, and ask again',
  });
}
