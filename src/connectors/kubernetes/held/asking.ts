import { hash } from 'node:crypto';
import type { JsonObject, JsonValue, Operation } from '../../../model/operation.ts';
import type { Request } from '../../../model/request.ts';
import type { Asking } from '../../connector.ts';
import { isJsonObject } from '../is-json-object.ts';
import { patience } from './patience.ts';

/**
 * The request as one that a person may be asked about.
 *
 * Security: what is left out of it is what the person is told of, and nothing that changes what is done: when a rollout is restarted, and the name that
 * `kubectl debug` makes up for a container.
 */
export function asking(request: Request, operation: Operation): Asking {
  const { body } = operation;
  // T36: one exec is asked for twice, first over WebSocket and then over SPDY.
  if (request.upgrade !== undefined)
    return {
      what: JSON.stringify(['upgrade', operation.path, [...operation.query].sort(([a], [b]) => (a < b ? -1 : 1))]),
      mayDiffer: [],
      patience: patience(request, operation),
    };
  const anew = body === undefined ? undefined : withoutOwnChanges(operation);
  const digest =
    anew === undefined ? body && hash('sha256', body.bytes, 'hex') : hash('sha256', JSON.stringify(anew.object), 'hex');
  return {
    what: JSON.stringify([request.method, request.uri, body?.mediaType, digest, anew?.mayDiffer]),
    mayDiffer: anew?.mayDiffer ?? [],
    patience: patience(request, operation),
  };
}

interface Anew {
  readonly object: JsonObject;
  readonly mayDiffer: readonly string[];
}

/** The object of a patch without what a second run of the same command changes by itself; undefined where there is nothing of that. */
function withoutOwnChanges({ body, power }: Operation): Anew | undefined {
  const patch = body?.patch;
  if (patch?.type !== 'strategic' && patch?.type !== 'merge') return undefined;
  return power === 'ephemeralcontainers' ? withoutDebugName(patch.object) : withoutRestart(patch.object);
}

const RESTARTED = ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'];

/** Source: `defaultObjectRestarter`, https://github.com/kubernetes/kubectl/blob/v0.35.4/pkg/polymorphichelpers/objectrestarter.go */
function withoutRestart(object: JsonObject): Anew | undefined {
  const at = valueAt(object, RESTARTED);
  if (typeof at !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]{5,18}(?:Z|[+-]\d\d:\d\d)$/.test(at)) return undefined;
  return { object: put(object, RESTARTED, ''), mayDiffer: [`\`${RESTARTED.at(-1)}\`: when the command is run`] };
}

/** Source: `computeDebugContainerName`, https://github.com/kubernetes/kubectl/blob/v0.35.4/pkg/cmd/debug/debug.go */
function withoutDebugName(object: JsonObject): Anew | undefined {
  const containers = valueAt(object, ['spec', 'ephemeralContainers']);
  const [only, ...others] = Array.isArray(containers) ? (containers as readonly JsonValue[]) : [];
  if (only === undefined || others.length > 0 || !isJsonObject(only)) return undefined;
  if (typeof only.name !== 'string' || !/^debugger-[a-z0-9]{5}$/.test(only.name)) return undefined;
  const ephemeralContainers = [{ ...only, name: '' }];
  const order = valueAt(object, ['spec', '$setElementOrder/ephemeralContainers']);
  const isOrdered = JSON.stringify(order) === JSON.stringify([{ name: only.name }]);
  if (order !== undefined && !isOrdered) return undefined;
  const named = put(object, ['spec', 'ephemeralContainers'], ephemeralContainers);
  return {
    object: order === undefined ? named : put(named, ['spec', '$setElementOrder/ephemeralContainers'], []),
    mayDiffer: ['the name of the debug container, `debugger-…`'],
  };
}

function valueAt(object: JsonObject, path: readonly string[]): JsonValue | undefined {
  let node: JsonValue | undefined = object;
  for (const key of path) node = isJsonObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  return node;
}

function put(object: JsonObject, [key = '', ...rest]: readonly string[], value: JsonValue): JsonObject {
  const inner = object[key];
  return { ...object, [key]: rest.length > 0 && isJsonObject(inner) ? put(inner, rest, value) : value };
}
