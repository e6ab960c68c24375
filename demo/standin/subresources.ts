/** What hangs under an object: status, scale, finalize, eviction, log. exec and attach are upgrades and are in exec.ts. */

import type { Answer } from './answer.ts';
import { type Call, managerOf, type Parts } from './call.ts';
import { decoded, mediaType, parseBody } from './decode.ts';
import { deleteObject, deleteOptions, isDryRun } from './delete.ts';
import type { Kind } from './kinds.ts';
import { containerOf, sendLog } from './logs.ts';
import { at, isObject, type JsonObject, type KubeObject, numberAt, textAt, valueAt } from './object.ts';
import { jsonPatched } from './patch/json-patch.ts';
import { mergePatched } from './patch/merge-patch.ts';
import { bodyOf, patchedAnswer, updated } from './resources.ts';
import { schemaNameOf, schemas } from './schema.ts';
import { badRequest, methodNotAllowed, modified, noSuchResource, notImplemented, StatusError } from './status.ts';
import { about, liveObject, updateObject } from './write.ts';

/** Subresources that the API server has and the stand-in does not. */
const leftOut = ['portforward', 'proxy', 'ephemeralcontainers', 'binding', 'resize', 'token', 'approval'];

/** @throws {StatusError} */
export function answerSubresource(parts: Parts, call: Call, kind: Kind): Answer {
  const { info } = call;
  const found = kind.subresources.find((each) => each.name === info.subresource);
  if (found === undefined) {
    if (!leftOut.includes(info.subresource)) throw noSuchResource();
    throw notImplemented(`the stand-in does not serve ${kind.resource}/${info.subresource}; a real cluster does`);
  }
  if (!found.verbs.includes(info.verb)) throw methodNotAllowed();
  switch (info.subresource) {
    case 'status':
      return statusAnswer(parts, call, kind);
    case 'scale':
      return scaleAnswer(parts, call, kind);
    case 'finalize':
      return finalized(parts, call, kind);
    case 'eviction':
      return evicted(parts, call, kind);
    case 'log':
      return logAnswer(parts, call, kind);
    default:
      liveObject(parts.cluster, kind, info.namespace, info.name);
      throw badRequest('Upgrade request required');
  }
}

function statusAnswer(parts: Parts, call: Call, kind: Kind): Answer {
  const name = call.info.name || call.info.namespace;
  const namespace = kind.isNamespaced ? call.info.namespace : '';
  if (call.info.verb === 'get')
    return { is: 'object', status: 200, kind, object: liveObject(parts.cluster, kind, namespace, name) };
  return call.info.verb === 'update'
    ? updated(parts, call, kind, 'status')
    : patchedAnswer(parts, call, kind, 'status');
}

const scaleGroup = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

function scaleAnswer(parts: Parts, call: Call, kind: Kind): Answer {
  const live = liveObject(parts.cluster, kind, call.info.namespace, call.info.name);
  const before = scaleOf(live);
  if (call.info.verb === 'get') return { is: 'object', status: 200, object: before };
  const schema = schemas[schemaNameOf('autoscaling', 'v1', 'Scale') ?? ''];
  const wanted =
    call.info.verb === 'update' ? bodyOf(call, { ...scaleGroup, schema }).object : scalePatched(before, call, schema);
  const version = textAt(wanted, 'metadata', 'resourceVersion');
  if (version !== '' && version !== live.metadata.resourceVersion) throw modified(about(kind, call.info.name));
  const options = {
    isDryRun: isDryRun(call.info.query.has('dryRun') ? call.info.query.getAll('dryRun') : undefined, 'UpdateOptions'),
    manager: managerOf(call, 'Update'),
  };
  const spec = { ...at(live, 'spec'), replicas: numberAt(wanted, 'spec', 'replicas') };
  return {
    is: 'object',
    status: 200,
    object: scaleOf(updateObject(parts.cluster, kind, live, 'scale', { ...live, spec }, options)),
  };
}

function scalePatched(before: KubeObject, call: Call, schema: (typeof schemas)[string] | undefined): JsonObject {
  const patch = parseBody(call.body, 'application/json', 'Scale');
  const type = mediaType(call.contentType);
  if (type === 'application/json-patch+json') return jsonPatched(before, patch);
  // A Scale has no lists: a strategic merge is a merge.
  const isMerge = type === 'application/merge-patch+json' || type === 'application/strategic-merge-patch+json';
  if (!isMerge) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  const merged = mergePatched(before, patch);
  return isObject(merged) ? decoded(merged, { ...scaleGroup, schema }).object : before;
}

function scaleOf(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const labels = at(object, 'spec', 'selector', 'matchLabels');
  const selector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp };
  const status = { replicas: numberAt(object, 'status', 'replicas'), ...(selector === '' ? {} : { selector }) };
  const replicas = numberAt(object, 'spec', 'replicas');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: replicas === 0 ? {} : { replicas },
    status,
  } as KubeObject;
}

/** A namespace without finalizers is let go, whatever is in it. */
function finalized(parts: Parts, call: Call, kind: Kind): Answer {
  const { object } = bodyOf(call, kind);
  const live = liveObject(parts.cluster, kind, '', call.info.name);
  const finalizers = valueAt(object, 'spec', 'finalizers') ?? [];
  const after = parts.cluster.store.put(kind, { ...live, spec: { ...at(live, 'spec'), finalizers } });
  return { is: 'object', status: 200, object: after, kind };
}

function evicted(parts: Parts, call: Call, kind: Kind): Answer {
  const schema = schemas[schemaNameOf('policy', 'v1', 'Eviction') ?? ''];
  const { object } = bodyOf(call, { group: 'policy', version: 'v1', kind: 'Eviction', schema });
  if (textAt(object, 'metadata', 'name') !== call.info.name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const live = liveObject(parts.cluster, kind, call.info.namespace, call.info.name);
  const options = valueAt(object, 'deleteOptions');
  const query = new URLSearchParams(
    call.info.query.has('dryRun') ? { dryRun: call.info.query.get('dryRun') ?? '' } : {},
  );
  const body = isObject(options) ? Buffer.from(JSON.stringify(options)) : Buffer.alloc(0);
  deleteObject(parts.cluster, kind, live, deleteOptions(body, 'application/json', query));
  return {
    is: 'object',
    status: 201,
    object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  };
}

function logAnswer(parts: Parts, call: Call, kind: Kind): Answer {
  const { query } = call.info;
  const pod = liveObject(parts.cluster, kind, call.info.namespace, call.info.name);
  const container = containerOf(pod, query.get('container') ?? '');
  const name = textAt(container, 'name');
  if (query.get('previous') === 'true') {
    throw badRequest(`previous terminated container "${name}" in pod "${call.info.name}" not found`);
  }
  if (textAt(pod, 'status', 'phase') === 'Pending') {
    throw badRequest(`container "${name}" in pod "${call.info.name}" is waiting to start: ContainerCreating`);
  }
  const { log } = parts.containers.get(pod, container);
  const run = (send: (text: string) => void, signal: AbortSignal): Promise<void> =>
    sendLog(log, query, parts.cluster.nowMs(), send, signal);
  return { is: 'stream', contentType: 'text/plain', run };
}
