/*
 * A Helm release as its record says it, before anything of it has been done: what the manifest and the hooks would make. Pure: it is read from what the caller sent, with
 * the masks that the caller was shown in the place of values.
 *
 * Source: helm.sh/helm/v4/pkg/release/v1, `Release` and `Hook`; pkg/storage/driver/util.go
 */
import { hash } from 'node:crypto';
import { isMap, parseAllDocuments } from 'yaml';
import { decodedRelease } from '../masking/helm/masked-release.ts';
import type { JsonObject, JsonValue } from '../model/operation.ts';

/** A release, read from its record. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  /** `pending-upgrade`, `deployed`, … */
  readonly status: string;
  /** Name and version of its chart. */
  readonly chart: string;
  readonly objects: readonly JsonObject[];
  readonly hooks: readonly ReleaseHook[];
  /** The whole record but for its status, and when hooks ran last. */
  readonly content: JsonValue;
  /** Of `content`. */
  readonly digest: string;
  readonly manifest: string;
}

/** What Helm runs before or after. */
export interface ReleaseHook {
  readonly events: readonly string[];
  readonly object: JsonObject;
  readonly manifest: string;
}

/** How the names of records begin; behind it stand the release and `.v` with its revision. */
export const RECORD_PREFIX = 'sh.helm.release.v1.';

/** Limit: documents of one release. */
const OBJECTS_MAX = 1_000;

/** Limit: characters of its manifest and hooks, as many as can be shown. Security: YAML is read slowly, beside everybody else’s requests. */
export const MANIFEST_CHARACTERS_MAX = 160 * 1024;

/** The release that a Secret of Helm's is the record of; undefined where it is none that can be read whole, or is called otherwise than it says. */
export function releaseIn(secret: JsonObject): Release | undefined {
  const { name } = objectAt(secret, 'metadata');
  const written = objectAt(secret, 'data').release;
  if (secret.type !== 'helm.sh/release.v1' || typeof written !== 'string') return undefined;
  if (Object.keys(objectAt(secret, 'data')).length !== 1) return undefined;
  const json = parsed(decodedRelease(Buffer.from(written), 2)?.toString('utf8'));
  const release = json === undefined ? undefined : released(json);
  return release === undefined || name !== recordName(release, release.revision) ? undefined : release;
}

/** The name of a revision's record. */
export function recordName({ name }: Pick<Release, 'name'>, revision: number): string {
  return `${RECORD_PREFIX}${name}.v${revision}`;
}

function released(json: JsonObject): Release | undefined {
  const { name, namespace, version: revision, manifest } = json;
  const { status } = objectAt(json, 'info');
  if (typeof name !== 'string' || typeof namespace !== 'string' || typeof manifest !== 'string') return undefined;
  if (!isRevision(revision) || typeof status !== 'string') return undefined;
  if (charactersOf(manifest, json.hooks) > MANIFEST_CHARACTERS_MAX) return undefined;
  const objects = documents(manifest);
  const hooks = hooksOf(json.hooks);
  if (objects === undefined || hooks === undefined || objects.length + hooks.length > OBJECTS_MAX) return undefined;
  const metadata = objectAt(objectAt(json, 'chart'), 'metadata');
  const { info: _, ...rest } = json;
  const content = { ...rest, hooks: withoutRuns(json.hooks) };
  return {
    ...{ name, namespace, revision, status, objects, hooks, content, manifest },
    digest: hash('sha256', JSON.stringify(content), 'hex'),
    chart: `${String(metadata.name ?? '?')}-${String(metadata.version ?? '?')}`,
  };
}

/** As Helm counts them: an `int`, from 1. */
function isRevision(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function charactersOf(manifest: string, hooks: JsonValue | undefined): number {
  return manifest.length + (Array.isArray(hooks) ? JSON.stringify(hooks).length : 0);
}

function hooksOf(hooks: JsonValue | undefined): readonly ReleaseHook[] | undefined {
  if (hooks === undefined || hooks === null) return [];
  if (!Array.isArray(hooks)) return undefined;
  const found: ReleaseHook[] = [];
  for (const hook of hooks as readonly JsonValue[]) {
    if (!isObject(hook) || typeof hook.manifest !== 'string') return undefined;
    const [object, ...others] = documents(hook.manifest) ?? [];
    if (object === undefined || others.length > 0) return undefined;
    const events = Array.isArray(hook.events) ? (hook.events as readonly JsonValue[]).map(String) : [];
    found.push({ events, object, manifest: hook.manifest });
  }
  return found;
}

function withoutRuns(hooks: JsonValue | undefined): JsonValue {
  if (!Array.isArray(hooks)) return null;
  return (hooks as readonly JsonValue[]).map((hook) => {
    if (!isObject(hook)) return hook;
    const { last_run: _, ...rest } = hook;
    return rest;
  });
}

/** The objects of a manifest, a list's items each; undefined where one cannot be read. As Kubernetes reads it: YAML 1.1. */
function documents(manifest: string): readonly JsonObject[] | undefined {
  const found: JsonObject[] = [];
  for (const document of parseAllDocuments(manifest, { version: '1.1', prettyErrors: false })) {
    if (!('contents' in document) || document.errors.length > 0) return undefined;
    if (document.contents === null) continue;
    if (!isMap(document.contents)) return undefined;
    const object = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }))) as JsonObject;
    const items = typeof object.kind === 'string' && object.kind.endsWith('List') ? object.items : undefined;
    for (const one of Array.isArray(items) ? (items as readonly JsonValue[]) : [object]) {
      if (!isObject(one) || typeof one.kind !== 'string' || typeof objectAt(one, 'metadata').name !== 'string')
        return undefined;
      found.push(one);
    }
  }
  return found;
}

function parsed(text: string | undefined): JsonObject | undefined {
  try {
    const value = text === undefined ? undefined : (JSON.parse(text) as JsonValue);
    return value !== undefined && isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return value !== undefined && isObject(value) ? value : {};
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
