/*
 * Whether a call is one of those that Helm makes for a release whose pending record a person has said yes to: what its manifest and hooks say, what the manifests before
 * have and it has not, and the records of the release. Everything else is asked about by itself.
 */

import { maskPattern } from '../masking/form/mask-form.ts';
import type { JsonObject, JsonValue, Operation } from '../model/operation.ts';
import { isPatchWithin } from './patch-within.ts';
import { RECORD_PREFIX, type Release, recordName, releaseIn } from './release.ts';
import { asWritten, groupOf, isSameValue, type ObjectPlace, objectAtPlace, own } from './same-object.ts';

/** A release that is asked about, and what it takes the place of. */
export interface PendingRelease {
  readonly release: Release;
  /** The revisions before, from the newest to the one that is deployed. */
  readonly before: readonly Release[];
}

/** `holds`: where the object, as it would be stored, holds all of `wanted`. */
export type Within = { readonly kind: 'no' | 'yes' } | { readonly kind: 'holds'; readonly wanted: JsonObject };

const NO: Within = { kind: 'no' };
const YES: Within = { kind: 'yes' };

/** `live`: the object as it is; null: there is none, undefined: the operation names none. */
export function withinRelease(
  pending: PendingRelease,
  operation: Operation,
  live: JsonObject | null | undefined,
): Within {
  const { verb, subresource, power, isResourceRequest, namespace, name, resource, apiGroup } = operation;
  if (!isResourceRequest || subresource !== '' || power !== undefined || operation.stream !== undefined) return NO;
  const record = apiGroup === '' && resource === 'secrets' ? nameOf(operation) : '';
  if (record.startsWith(RECORD_PREFIX)) return isRecord(pending, operation, record, live) ? YES : NO;
  const body = operation.body?.patch?.type === 'apply' ? operation.body.patch.object : operation.body?.object;
  const kind = live?.kind ?? body?.kind ?? (live === null ? kindIn(pending, operation) : undefined);
  if (typeof kind !== 'string') return NO;
  const place: ObjectPlace = { apiGroup, kind, namespace, name: name === '' ? nameOf(operation) : name };
  // Security: a yes to that something goes is none to that what it owns stays behind, or that its pods end at once.
  const { propagationPolicy, gracePeriodSeconds, fieldManager = '' } = operation.options;
  if (verb === 'delete')
    return propagationPolicy !== 'Orphan' && gracePeriodSeconds === undefined && isGone(pending, place) ? YES : NO;
  const { release, before } = pending;
  const hook = objectAtPlace(
    release.hooks.map(({ object }) => object),
    release,
    place,
  );
  const object = objectAtPlace(release.objects, release, place);
  const patch = operation.body?.patch;
  // Security: an apply takes away what its manager applied before. Under the name of another, that would be what no manifest of the release ever said.
  if (patch?.type === 'apply' && !/helm/i.test(fieldManager)) return NO;
  if (verb === 'create' || verb === 'update' || patch?.type === 'apply')
    return body !== undefined && isWrittenWhole(withoutLife(body, live), [object, hook], pending, namespace) ? YES : NO;
  if (verb !== 'patch' || object === undefined || (patch?.type !== 'strategic' && patch?.type !== 'merge')) return NO;
  const wanted = asWritten(object, release, namespace);
  const olds = oldsOf(before, place);
  return isPatchWithin(patch.type, patch.object, wanted, olds) ? { kind: 'holds', wanted } : NO;
}

function oldsOf(before: readonly Release[], place: ObjectPlace): readonly JsonObject[] {
  return before.map((each) => objectAtPlace(each.objects, each, place)).filter((object) => object !== undefined);
}

/** The kind of an object of the release that is not there: Helm deletes a hook before it makes it, whether or not it is there. */
function kindIn({ release }: PendingRelease, { apiGroup, resource, name }: Operation): JsonValue | undefined {
  const named = release.hooks
    .map(({ object }) => object)
    .filter((object) => (object.metadata as JsonObject).name === name);
  return named.find((object) => groupOf(object) === apiGroup && pluralsOf(String(object.kind)).includes(resource))
    ?.kind;
}

/** Source: `UnsafeGuessKindToResource`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/api/meta/restmapper.go */
function pluralsOf(kind: string): readonly string[] {
  const word = kind.toLowerCase();
  return [`${word}s`, `${word}es`, word.replace(/y$/, 'ies'), word];
}

/** Helm 4 applies with the uid of what is there, by which it could only fail on another one. */
function withoutLife(body: JsonObject, live: JsonObject | null | undefined): JsonObject {
  const metadata = body.metadata as JsonObject | undefined;
  const there = live?.metadata as JsonObject | undefined;
  if (!isObject(metadata) || metadata.uid === undefined || metadata.uid !== there?.uid) return body;
  const { uid: _, ...rest } = metadata;
  return { ...body, metadata: rest };
}

/** What goes: of the manifests before, and not of this one; but for what says that it stays. A hook is deleted before it is made anew, and after it ran. */
function isGone({ release, before }: PendingRelease, place: ObjectPlace): boolean {
  const isHook =
    objectAtPlace(
      release.hooks.map(({ object }) => object),
      release,
      place,
    ) !== undefined;
  const isStill = release.objects.some((object) => objectAtPlace([object], release, place) !== undefined);
  if (isHook && !isStill) return true;
  const olds = oldsOf(before, place);
  return !isStill && olds.length > 0 && !olds.some(isKept);
}

/** Source: `KeepPolicy`, helm.sh/helm/v4/pkg/kube/resource_policy.go */
function isKept(object: JsonObject): boolean {
  const annotations = own(object.metadata as JsonObject, 'annotations');
  return isObject(annotations) && own(annotations, 'helm.sh/resource-policy') === 'keep';
}

/** Whether the whole body is what the manifest says, as it is or as Helm writes it; the version is Helm’s own when it replaces. */
function isWrittenWhole(
  body: JsonObject,
  [object, hook]: readonly (JsonObject | undefined)[],
  { release }: PendingRelease,
  namespace: string,
): boolean {
  const sent = bare(body);
  const forms = [
    ...(object === undefined ? [] : [asWritten(object, release, namespace)]),
    ...(hook === undefined ? [] : [placed(hook, namespace), asWritten(hook, release, namespace)]),
  ];
  return forms.some((form) => isSameValue(sent, bare(form)));
}

function placed(object: JsonObject, namespace: string): JsonObject {
  return namespace === '' ? object : { ...object, metadata: { ...(object.metadata as JsonObject), namespace } };
}

function bare(object: JsonObject): JsonObject {
  const { status, metadata, ...rest } = object;
  const { resourceVersion: _, creationTimestamp, ...kept } = isObject(metadata) ? metadata : {};
  const isStated = status !== undefined && status !== null && Object.keys(status as JsonObject).length > 0;
  return {
    ...rest,
    ...(isStated ? { status } : {}),
    metadata: {
      ...kept,
      ...(creationTimestamp === undefined || creationTimestamp === null ? {} : { creationTimestamp }),
    },
  };
}

/** The records: this one with another status, those before with theirs, or gone where the history is pruned. */
function isRecord(
  { release }: PendingRelease,
  { verb, namespace, body }: Operation,
  record: string,
  live: JsonObject | null | undefined,
): boolean {
  if (namespace !== release.namespace) return false;
  if (verb === 'delete') return isOlder(release, record);
  const written = body?.object === undefined || verb !== 'update' ? undefined : releaseIn(body.object);
  if (written === undefined || recordName(written, written.revision) !== record) return false;
  if (record === recordName(release, release.revision)) return written.digest === release.digest;
  const stored = isObject(live ?? undefined) ? releaseIn(live as JsonObject) : undefined;
  if (
    !isOlder(release, record) ||
    stored === undefined ||
    !['superseded', 'failed', 'deployed'].includes(written.status)
  )
    return false;
  return isSameAsShown(written.content, stored.content);
}

/** Whether a record is of a revision before. Security: revisions are the caller's own words, and as high as it says. */
function isOlder(release: Release, record: string): boolean {
  const [, digits] = /\.v([1-9]\d{0,15})$/.exec(record) ?? [];
  return digits !== undefined && Number(digits) < release.revision && record === recordName(release, Number(digits));
}

/** Whether what is written is what is stored, wherever the caller was not shown a mask. */
function isSameAsShown(written: JsonValue | undefined, stored: JsonValue | undefined): boolean {
  if (typeof written === 'string' && typeof stored === 'string') {
    const parts = written.split(maskPattern());
    if (parts.length === 1) return written === stored;
    let at = 0;
    return (
      stored.startsWith(parts[0] as string) &&
      stored.endsWith(parts.at(-1) as string) &&
      parts.every((part) => {
        const found = stored.indexOf(part, at);
        at = found + part.length;
        return found >= 0;
      })
    );
  }
  if (isObject(written) && isObject(stored))
    return [...new Set([...Object.keys(written), ...Object.keys(stored)])].every((key) =>
      isSameAsShown(own(written, key), own(stored, key)),
    );
  if (Array.isArray(written) && Array.isArray(stored))
    return (
      written.length === stored.length &&
      written.every((item: JsonValue, i) => isSameAsShown(item, stored[i] as JsonValue))
    );
  return isSameValue(written, stored);
}

/** What it is called, by its body where the path names nothing. */
function nameOf({ name, body }: Operation): string {
  const metadata = body?.object?.metadata;
  const stated = isObject(metadata) ? own(metadata, 'name') : undefined;
  return name !== '' ? name : typeof stated === 'string' ? stated : '';
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What of a release is told of each object: which, and what becomes of it. */
export function releaseWords({ release, before }: PendingRelease): readonly string[] {
  const words = (object: JsonObject) => {
    const group = groupOf(object);
    const { name, namespace } = object.metadata as JsonObject;
    const where =
      typeof namespace === 'string' && namespace !== release.namespace ? ` in namespace \`${namespace}\`` : '';
    return `${String(object.kind)}${group === '' ? '' : ` (${group})`} \`${String(name)}\`${where}`;
  };
  const isNow = (object: JsonObject) => release.objects.some((each) => words(each) === words(object));
  const olds = before.flatMap(({ objects }) => objects);
  const gone = new Set(olds.filter((object) => !isNow(object) && !isKept(object)).map(words));
  return [
    ...release.objects.map(
      (object) => `${olds.some((each) => words(each) === words(object)) ? 'changes' : 'makes'} ${words(object)}`,
    ),
    ...[...gone].map((what) => `deletes ${what}`),
    ...release.hooks.map(({ object, events }) => `runs ${words(object)} (${events.join(', ')})`),
    `writes the records of release \`${release.name}\`, up to revision ${release.revision}`,
  ];
}
