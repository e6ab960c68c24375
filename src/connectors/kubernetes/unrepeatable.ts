/*
 * What must not be sent twice because its answer was lost. Most of the API can be: a create of a name that is there is refused, and an update, an apply and a
 * merge come to the same. What cannot are creates whose name the server makes up, what an object's subresource does at each call (evictions, tokens), JSON
 * patches, which speak of places in lists that the first one has moved, and what leaves the API: commands and requests to programs behind a proxy.
 */
import { hash } from 'node:crypto';
import type { JsonObject, JsonValue, Operation } from '../../model/operation.ts';
import type { ReplyHead } from '../../model/reply.ts';
import type { Request } from '../../model/request.ts';
import type { Unrepeatable } from '../../model/unrepeatable.ts';
import { overlaps, pointerSegments } from './body/json-pointer.ts';
import { isJsonObject } from './is-json-object.ts';
import { printable } from './printable.ts';

/** The request as one that must not be repeated blindly; undefined where repeating it does no harm. */
export function unrepeatable(
  { method, uri }: Pick<Request, 'method' | 'uri'>,
  operation: Operation,
): Unrepeatable | undefined {
  if (!operation.isChange) return undefined;
  const look = howToLook(method, operation);
  if (look === undefined) return undefined;
  return { key: () => keyOf(method, uri, operation), look, isOpen: isOpenReply };
}

/**
 * Whether the API server, or what stands before it, does not know whether the request ran: it gave up waiting, or lost its storage meanwhile, which it tells by
 * a time to wait.
 *
 * Source: `InterpretCreateError`, https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/api/errors/storage/storage.go; `NewServerTimeout`,
 * https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/api/errors/errors.go
 */
function isOpenReply({ status, headers }: ReplyHead): boolean {
  if (status === 502 || status === 504) return true;
  return status === 500 && headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'retry-after');
}

function howToLook(method: string, operation: Operation): string | undefined {
  const { power, verb, subresource, options, body, name, stream } = operation;
  switch (power) {
    case 'exec':
      // Who types in a terminal sees what ran.
      return stream?.isTty === true ? undefined : 'look for what the command does';
    case 'attach':
    case 'portforward':
      return undefined;
    case 'pods-proxy':
    case 'services-proxy':
    case 'nodes-proxy':
      return method === 'POST' || method === 'PATCH' ? 'ask the program behind the proxy what it did' : undefined;
    case 'token':
      return 'a token that was made so is held by nobody, and ends by itself';
    default:
  }
  if (options.isDryRun) return undefined;
  if (body?.patch?.type === 'json') return failsAgain(body.patch.operations) ? undefined : LOOK_AT_PATCHED;
  if (verb !== 'create') return undefined;
  if (subresource === 'eviction')
    return options.preconditions?.uid === undefined
      ? `look at pod \`${printable(name)}\`: it ran where the pod is gone, ends, or has another uid`
      : undefined;
  if (subresource !== '') return subresource === 'binding' ? undefined : 'look at the object';
  return lookAfterCreate(operation);
}

const LOOK_AT_PATCHED =
  'look at the object; a JSON patch with a `test` of what it changes, and a patch of another type, can be repeated';

/** Whether a JSON patch that has run is refused where it comes again: by a test of what it changes, or of the version. One that changes nothing does no harm. */
function failsAgain(operations: readonly JsonValue[]): boolean {
  const each = operations.filter(isJsonObject);
  const tested = each.filter(({ op }) => op === 'test').map(({ path }) => path);
  const changed = each
    .filter(({ op }) => op !== 'test')
    .flatMap(({ op, path, from }) => (op === 'move' ? [path, from] : [path]));
  if (changed.length === 0) return true;
  return placesOf(tested).some((at) => [VERSION, ...placesOf(changed)].some((other) => overlaps(at, other)));
}

const VERSION = ['metadata', 'resourceVersion'];

function placesOf(pointers: readonly (JsonValue | undefined)[]): readonly (readonly string[])[] {
  return pointers.filter((pointer) => typeof pointer === 'string').map(pointerSegments);
}

/** Undefined for an object that has a name: a second one is refused by the API server. */
function lookAfterCreate({ isResourceRequest, resource, body }: Operation): string | undefined {
  const metadata = body?.object?.['metadata'];
  const { name, generateName } = isJsonObject(metadata) ? metadata : ({} as JsonObject);
  if (!isResourceRequest) return 'look whether it ran';
  if (body?.object === undefined || (typeof name === 'string' && name !== '')) return undefined;
  const prefix = typeof generateName === 'string' ? ` whose names begin with \`${printable(generateName)}\`` : '';
  return `list the ${resource}${prefix} by \`metadata.creationTimestamp\``;
}

/** An exec over WebSocket is a GET, over SPDY a POST, and one client tries both. */
function keyOf(method: string, uri: string, { target, power, path, stream, body }: Operation): string {
  const what =
    power === 'exec'
      ? ['exec', path, stream?.container, stream?.argv]
      : [method, uri, body && hash('sha256', body.bytes, 'base64url')];
  return hash('sha256', JSON.stringify([target, what]), 'base64url');
}
