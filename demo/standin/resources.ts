/** The verbs of a resource: get, list, watch, create, update, patch, delete, deletecollection. */

import type { Answer } from './answer.ts';
import { type Call, managerOf, type Parts } from './call.ts';
import { decoded, mediaType, parseBody } from './decode.ts';
import { type Deleted, deleteObject, deleteOptions, isDryRun } from './delete.ts';
import { apiVersionOf, type Kind, resourceName } from './kinds.ts';
import { listObjects, matcher } from './list.ts';
import { at, isObject, type JsonObject, type KubeObject, textAt } from './object.ts';
import { isApply, patched } from './patch/patch.ts';
import { reviewed } from './reviews.ts';
import { badRequest, conflict, methodNotAllowed, type StatusError } from './status.ts';
import { startWatch } from './watch.ts';
import { about, createObject, liveObject, uidWords, updateObject, type WriteOptions } from './write.ts';

/** @throws {StatusError} */
export function answerResource(parts: Parts, call: Call, kind: Kind): Answer {
  const { info } = call;
  if (!kind.verbs.includes(info.verb)) throw methodNotAllowed();
  const { cluster } = parts;
  switch (info.verb) {
    case 'get':
      return {
        is: 'object',
        status: 200,
        kind,
        object: liveObject(cluster, kind, namespaceOf(call, kind), nameOf(call, kind)),
      };
    case 'list':
      return { is: 'object', status: 200, kind, object: listObjects(cluster.store, kind, info) };
    case 'watch':
      return { is: 'watch', kind, run: startWatch(cluster.store, kind, info) };
    case 'create':
      return created(parts, call, kind);
    case 'update':
      return updated(parts, call, kind, '');
    case 'patch':
      return patchedAnswer(parts, call, kind, '');
    case 'delete':
      return deletedAnswer(parts, call, kind);
    default:
      return collectionDeleted(parts, call, kind);
  }
}

/** A namespace is its own name: its path has no other. */
function nameOf(call: Call, kind: Kind): string {
  return kind.resource === 'namespaces' && kind.group === '' ? call.info.name || call.info.namespace : call.info.name;
}

function namespaceOf(call: Call, kind: Kind): string {
  return kind.isNamespaced ? call.info.namespace : '';
}

interface Body {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** @throws {StatusError} 400, 415 */
export function bodyOf(call: Call, kind: Pick<Kind, 'group' | 'version' | 'kind' | 'schema' | 'custom'>): Body {
  const parsed = parseBody(call.body, mediaType(call.contentType), kind.kind);
  if (!isObject(parsed)) throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind})`);
  const [givenVersion, givenKind] = [textAt(parsed, 'apiVersion'), textAt(parsed, 'kind')];
  if ((givenKind || kind.kind) !== kind.kind || (givenVersion || apiVersionOf(kind)) !== apiVersionOf(kind))
    throw wrongKind(kind, givenVersion, givenKind);
  const { object, unknownFields } = decoded({ apiVersion: apiVersionOf(kind), kind: kind.kind, ...parsed }, kind);
  const warnings = judgedUnknown(call, kind, unknownFields);
  const typed = { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: at(object, 'metadata') };
  return { object: typed, warnings };
}

function wrongKind(
  kind: Pick<Kind, 'group' | 'version' | 'kind'>,
  givenVersion: string,
  givenKind: string,
): StatusError {
  if (givenVersion !== apiVersionOf(kind)) {
    const message = `${givenKind} in version "${givenVersion.split('/').at(-1)}" cannot be handled as a ${kind.kind}: no kind "${givenKind}" is registered for version "${givenVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`;
    return badRequest(
      givenKind === kind.kind
        ? `the API version in the data (${givenVersion}) does not match the expected API version (${apiVersionOf(kind)})`
        : message,
    );
  }
  const internal = kind.group === '' ? 'core' : (kind.group.split('.')[0] ?? '');
  return badRequest(
    `${givenKind} in version "${kind.version}" cannot be handled as a ${kind.kind}: converting (${kind.version}.${givenKind}) to (${internal}.${kind.kind}): unknown conversion`,
  );
}

/** The warnings that unknown fields are worth. @throws {StatusError} 400 with `fieldValidation=Strict` */
function judgedUnknown(
  call: Call,
  kind: Pick<Kind, 'kind' | 'version'>,
  unknownFields: readonly string[],
): readonly string[] {
  const validation = call.info.query.get('fieldValidation') || 'Warn';
  const words = unknownFields.map((field) => `unknown field "${field}"`);
  if (validation === 'Ignore' || words.length === 0) return [];
  if (validation !== 'Strict') return words;
  throw badRequest(
    `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${words.join(', ')}`,
  );
}

function created(parts: Parts, call: Call, kind: Kind): Answer {
  const { object, warnings } = bodyOf(call, kind);
  if (!kind.verbs.includes('get')) {
    const judge = {
      store: parts.cluster.store,
      kinds: parts.cluster.kinds,
      impersonatedMayAll: parts.impersonatedMayAll,
    };
    const context = { judge, who: call.who, tokens: parts.tokens, namespace: call.info.namespace };
    return { is: 'object', status: 201, object: reviewed(object, context), kind };
  }
  const options = writeOptions(call, 'CreateOptions');
  const made = createObject(parts.cluster, kind, namespaceOf(call, kind), object, options);
  return { is: 'object', status: 201, object: made, kind, warnings };
}

function writeOptions(call: Call, options: string, isSettled = false): WriteOptions {
  const { query } = call.info;
  const dryRun = isDryRun(query.has('dryRun') ? query.getAll('dryRun') : undefined, options);
  return { isDryRun: dryRun, manager: managerOf(call, isSettled ? 'Apply' : 'Update'), areOwnersSettled: isSettled };
}

/** @throws {StatusError} */
export function updated(parts: Parts, call: Call, kind: Kind, subresource: string): Answer {
  const { object, warnings } = bodyOf(call, kind);
  const name = nameOf(call, kind);
  if (textAt(object, 'metadata', 'name') !== name && textAt(object, 'metadata', 'name') !== '') {
    throw badRequest(
      `the name of the object (${textAt(object, 'metadata', 'name')}) does not match the name on the URL (${name})`,
    );
  }
  const namespace = namespaceOf(call, kind);
  if (createsOnUpdate.includes(resourceName(kind)) && parts.cluster.store.get(kind, namespace, name) === undefined)
    return createdByUpdate(parts, call, kind, object);
  const live = liveObject(parts.cluster, kind, namespace, name);
  const after = updateObject(parts.cluster, kind, live, subresource, object, writeOptions(call, 'UpdateOptions'));
  return { is: 'object', status: 200, object: after, kind, warnings };
}

/**
 * Kinds of which an update makes what is not there.
 *
 * Source: `AllowCreateOnUpdate`, https://github.com/kubernetes/kubernetes/tree/v1.35.4/pkg/registry
 */
const createsOnUpdate = [
  ...['services', 'endpoints', 'events', 'limitranges', 'leases.coordination.k8s.io'],
  ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map(
    (each) => `${each}.rbac.authorization.k8s.io`,
  ),
];

function createdByUpdate(parts: Parts, call: Call, kind: Kind, object: KubeObject): Answer {
  const { uid } = object.metadata;
  if (uid)
    throw conflict(
      about(kind, nameOf(call, kind)),
      uidWords(kind, { ...object, metadata: { ...object.metadata, uid: '' } }, uid),
    );
  const options = writeOptions(call, 'UpdateOptions');
  const made = createObject(parts.cluster, kind, namespaceOf(call, kind), versionless(object), options);
  return { is: 'object', status: 201, object: made, kind };
}

/** Where an update or apply makes its object, the version that it is for is overlooked. */
function versionless(object: JsonObject): JsonObject {
  const { resourceVersion: _, ...metadata } = at(object, 'metadata');
  return { ...object, metadata };
}

/** @throws {StatusError} */
export function patchedAnswer(parts: Parts, call: Call, kind: Kind, subresource: string): Answer {
  const { cluster } = parts;
  const [namespace, name] = [namespaceOf(call, kind), nameOf(call, kind)];
  const live = cluster.store.get(kind, namespace, name);
  const isApplied = isApply(call.contentType);
  const options = writeOptions(call, 'PatchOptions', isApplied);
  const { manager } = options;
  const { body, contentType } = call;
  const result = patched({
    kind,
    name,
    live,
    body,
    contentType,
    query: call.info.query,
    manager,
    nowMs: cluster.nowMs(),
  });
  const warnings = judgedUnknown(call, kind, result.unknownFields);
  if (live !== undefined) {
    return {
      is: 'object',
      status: 200,
      object: updateObject(cluster, kind, live, subresource, result.object, options),
      kind,
      warnings,
    };
  }
  const uid = textAt(result.object, 'metadata', 'uid');
  if (uid !== '') {
    const words = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(about(kind, name), words);
  }
  const made = createObject(cluster, kind, namespace, versionless(result.object), options);
  return { is: 'object', status: 201, object: made, kind, warnings };
}

/** Kinds whose deletion is answered with the object that went, and not with a Status. */
const returnsDeleted = ['pods', 'services', 'serviceaccounts'];

function deletedAnswer(parts: Parts, call: Call, kind: Kind): Answer {
  const options = deleteOptions(call.body, call.contentType, call.info.query);
  const name = nameOf(call, kind);
  const live = liveObject(parts.cluster, kind, namespaceOf(call, kind), name);
  const { object, isGone }: Deleted = deleteObject(parts.cluster, kind, live, options);
  if (!isGone || (kind.group === '' && returnsDeleted.includes(kind.resource)))
    return { is: 'object', status: 200, object, kind };
  const group = kind.group === '' ? {} : { group: kind.group };
  const details: JsonObject = { name, ...group, kind: kind.resource, uid: live.metadata.uid };
  return {
    is: 'object',
    status: 200,
    object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
  };
}

function collectionDeleted(parts: Parts, call: Call, kind: Kind): Answer {
  const options = deleteOptions(call.body, call.contentType, call.info.query);
  const matches = matcher(call.info, kind);
  const list = listObjects(parts.cluster.store, kind, call.info);
  for (const object of parts.cluster.store.list(kind, call.info.namespace)) {
    if (matches(object)) deleteObject(parts.cluster, kind, object, options);
  }
  return { is: 'object', status: 200, object: list, kind };
}
