/*
 * What a write that holds masks may take values from, read in its caller's own name: the object itself; a former revision of a workload's template, as
 * `rollout undo` writes it back; and Helm's records, whose next revision takes their values, as do the objects that their manifests name.
 *
 * Source: `kubectl rollout undo`, https://github.com/kubernetes/kubectl/blob/v0.35.4/pkg/polymorphichelpers/rollback.go; helm.sh/helm/v4/pkg/action/rollback.go
 */
import type { Caller } from '../../../model/caller.ts';
import type { JsonObject, JsonValue, Operation } from '../../../model/operation.ts';
import { collectBytes } from '../../../std/byte-source.ts';
import { jsonSpans } from '../../../std/json-spans.ts';
import type { Kin, NamedObject, StoredObject, Unread, WriteBack } from '../../connector.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { putStrings } from './put-strings.ts';

/** Limits of what is read for a write that holds masks; documented in docs/reference/limits.md. */
export const RESTORE_LIMITS = Object.freeze({
  /** How long one read may take. */
  timeoutMs: 10_000,
  /** The largest answer that is read: one object, or a page of a list. */
  answerBytesMax: 16 * 1024 * 1024,
  /** Objects in a page of a list. */
  pageObjects: 4,
  /** Pages that are read of one list. */
  pagesMax: 32,
});

interface Parts {
  readonly upstream: Upstream;
  readonly upstreamIdentity: 'caller' | 'credential';
}

/** The write-back of one target. */
export function createWriteBack(parts: Parts): WriteBack {
  return {
    async own(operation, caller) {
      if (operation.verb === 'create') return null;
      const { apiGroup, resource, namespace } = operation;
      const read = await get(parts, objectPath(operation), caller);
      return Buffer.isBuffer(read) ? { apiGroup, resource, namespace, bytes: read } : read;
    },
    kin: (operation, own, caller, deleted) =>
      kinOf({ ask: (path, query) => pages(parts, path, query, caller), deleted }, operation, own),
    put: ({ body }, strings) => putStrings(body as NonNullable<typeof body>, strings),
  };
}

/** The objects of a kind in a namespace, and those of them that were deleted. */
interface Lists {
  readonly ask: (path: string, query: string) => AsyncIterable<Buffer>;
  readonly deleted: readonly StoredObject[];
}

/** Workloads, and what keeps the former revisions of their template. */
const revisionsOf: ReadonlyMap<string, { readonly resource: string; readonly at: readonly string[] }> = new Map([
  ['deployments', { resource: 'replicasets', at: ['spec', 'template'] }],
  ['daemonsets', { resource: 'controllerrevisions', at: ['data', 'spec', 'template'] }],
  ['statefulsets', { resource: 'controllerrevisions', at: ['data', 'spec', 'template'] }],
]);

async function* kinOf(lists: Lists, operation: Operation, own: JsonObject | null): AsyncGenerator<Kin> {
  const { apiGroup, resource, namespace } = operation;
  if (namespace === '') return;
  const revisions = apiGroup === 'apps' && own !== null ? revisionsOf.get(resource) : undefined;
  if (revisions !== undefined) {
    const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/${revisions.resource}`;
    for await (const bytes of lists.ask(path, selectorOf(own as JsonObject)))
      if (isOwned(parsed(bytes), textAt(own, 'metadata', 'uid')))
        yield { apiGroup, resource: revisions.resource, namespace, bytes, as: 'template', at: revisions.at };
  }
  yield* recordsFor(lists, operation, own);
}

/** The labels of what a workload owns. */
function selectorOf(own: JsonObject): string {
  const labels = valueAt(own, 'spec', 'selector', 'matchLabels');
  if (!isJsonObject(labels)) return '';
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? '' : `labelSelector=${encodeURIComponent(pairs.join(','))}`;
}

function isOwned(object: JsonObject | undefined, uid: string): boolean {
  const owners = object === undefined ? undefined : valueAt(object, 'metadata', 'ownerReferences');
  return uid !== '' && Array.isArray(owners) && owners.some((owner) => textAt(owner, 'uid') === uid);
}

async function* recordsFor(lists: Lists, operation: Operation, own: JsonObject | null): AsyncGenerator<Kin> {
  const { apiGroup, resource, namespace, body } = operation;
  const written = body?.object ?? (body?.patch?.type === 'json' ? undefined : body?.patch?.object);
  const isStore = apiGroup === '' && (resource === 'secrets' || resource === 'configmaps');
  const release = isStore ? recordOf(own) || recordOf(written) : '';
  if (release !== '') {
    for await (const bytes of records(lists, namespace, resource, release))
      yield { apiGroup: '', resource, namespace, bytes, as: 'revision' };
    return;
  }
  const named = namedBy(operation, own, written);
  if (named === undefined) return;
  const name = annotated(own, 'release-name') || annotated(written, 'release-name');
  const kept = annotated(own, 'release-namespace') || annotated(written, 'release-namespace') || namespace;
  for (const store of ['secrets', 'configmaps'])
    for await (const bytes of records(lists, kept, store, name))
      yield { apiGroup: '', resource: store, namespace: kept, bytes, as: 'manifest', named };
}

/** Those of one release, or of all where none is named. */
async function* records({ ask, deleted }: Lists, namespace: string, resource: string, release: string) {
  yield* ask(storePath(namespace, resource), recordQuery(release));
  for (const { apiGroup, bytes, ...of } of deleted) {
    const found =
      apiGroup === '' && of.resource === resource && of.namespace === namespace ? recordOf(parsed(bytes)) : '';
    if (found !== '' && (release === '' || found === release)) yield bytes;
  }
}

/** The release whose record an object is; empty where it is none. */
function recordOf(object: JsonObject | null | undefined): string {
  const isRecord = textAt(object, 'metadata', 'labels', 'owner') === 'helm';
  return isRecord ? textAt(object, 'metadata', 'labels', 'name') : '';
}

function storePath(namespace: string, resource: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}`;
}

/** Source: helm.sh/helm/v4/pkg/storage/driver, the labels of a record */
function recordQuery(release: string): string {
  return `labelSelector=${encodeURIComponent(release === '' ? 'owner=helm' : `owner=helm,name=${release}`)}`;
}

function annotated(object: JsonObject | null | undefined, key: string): string {
  return textAt(object, 'metadata', 'annotations', `meta.helm.sh/${key}`);
}

function namedBy(
  { name, namespace }: Operation,
  own: JsonObject | null,
  written: JsonObject | undefined,
): NamedObject | undefined {
  const kind = textAt(own, 'kind') || textAt(written, 'kind');
  const called = name === '' ? textAt(written, 'metadata', 'name') : name;
  return kind === '' || called === '' ? undefined : { kind, name: called, namespace };
}

/** The objects of a list, each as it is written. */
async function* pages(parts: Parts, path: string, query: string, caller: Caller): AsyncGenerator<Buffer> {
  let next = '';
  for (let page = 0; page < RESTORE_LIMITS.pagesMax; page++) {
    const more = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
    const list = await get(
      parts,
      `${path}?${query === '' ? '' : `${query}&`}limit=${RESTORE_LIMITS.pageObjects}${more}`,
      caller,
    );
    const object = Buffer.isBuffer(list) ? parsed(list) : undefined;
    if (object === undefined) return;
    const text = (list as Buffer).toString('utf8');
    for (const { start, end } of jsonSpans(text, ['items', '*'])) yield Buffer.from(text.slice(start, end));
    next = textAt(object, 'metadata', 'continue');
    if (next === '') return;
  }
}

async function get(parts: Parts, uri: string, caller: Caller): Promise<Buffer | null | Unread> {
  try {
    const reply = await parts.upstream.send(
      {
        method: 'GET',
        uri,
        headers: new Map([['accept', ['application/json']]]),
        body: undefined,
        // Security: never the reader's own name, which may read what this caller may not.
        identity: parts.upstreamIdentity === 'caller' ? { subject: caller.subject, groups: caller.groups } : undefined,
        isStream: false,
      },
      AbortSignal.timeout(RESTORE_LIMITS.timeoutMs),
    );
    const bytes = await collectBytes(reply.body, RESTORE_LIMITS.answerBytesMax);
    if (reply.status === 404) return null;
    if (reply.status === 403) return 'forbidden';
    return reply.status === 200 && parsed(bytes) !== undefined ? bytes : 'unknown';
  } catch {
    return 'unknown';
  }
}

/** The object itself, also where the operation is on a subresource of it. */
function objectPath({ apiPrefix, apiGroup, apiVersion, namespace, resource, name }: Operation): string {
  const version = apiGroup === '' ? apiVersion : `${apiGroup}/${apiVersion}`;
  const within = namespace === '' || resource === 'namespaces' ? '' : `namespaces/${namespace}/`;
  return `/${apiPrefix}/${version}/${within}${resource}/${name}`.split('/').map(encodeURIComponent).join('/');
}

function parsed(bytes: Buffer): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function valueAt(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let node: JsonValue | undefined = value;
  for (const part of path)
    node = node !== undefined && isJsonObject(node) && Object.hasOwn(node, part) ? node[part] : undefined;
  return node;
}

function textAt(value: JsonValue | undefined, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}
