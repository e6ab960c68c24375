/*
 * What a body says of itself agrees with the path, or it is refused.
 *
 * The rules are those of the API server's create and update handlers: kind and apiVersion may be left out (the path's are taken), a
 * namespace may be left out, a name must be the path's where the path has one, and a namespace in a cluster-scoped object is ignored. Where
 * the server is lenient this is; where it goes on with one of two readings (a kind spelt `Kind`, a list in place of one object), this refuses.
 *
 * Of patches it depends on the type, on the object and on every subresource alike. A strategic patch goes from a map to the kind of the path, and its own `kind` and
 * `apiVersion` are looked at by nobody: Ansible scales with those of the parent. What a merge or JSON patch makes is decoded as what it then says to be, and an apply
 * must say just the kind and version of the path.
 *
 * Source: pkg/endpoints/handlers/{create,update,patch,rest}.go and pkg/registry/rest/meta.go of https://github.com/kubernetes/apiserver/tree/v0.35.4
 */
import type { JsonObject, JsonValue, Operation } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';
import { refuseFoldedKeys } from './folded-keys.ts';
import { isJsonObject } from './json-value.ts';

/** What the path says of the object in the body. */
export type BodyPath = Pick<
  Operation,
  'isResourceRequest' | 'verb' | 'apiGroup' | 'apiVersion' | 'namespace' | 'resource' | 'subresource' | 'name' | 'query'
>;

/** What discovery says of the resource or subresource. */
export interface ExpectedKind {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly isNamespaced: boolean;
}

/**
 * Refuses an object whose kind, apiVersion, name or namespace are not the path's, and one with keys that some readers take for others.
 *
 * @throws {Refusal} BODY_MISMATCH; BODY_UNREADABLE a key that differs from a known one in case alone
 */
export function agree(object: JsonObject, path: BodyPath, expected: ExpectedKind): void {
  refuseFoldedKeys(object, expected);
  agreeType(object, path, expected);
  agreeMetadata(object.metadata, path, expected);
}

/** As `agree`, for an object that is a patch: what it names it may not change, nor take away; of a strategic one the kind is only read. */
export function agreePatch(object: JsonObject, path: BodyPath, expected: ExpectedKind, isStrategic = false): void {
  if (isStrategic) {
    refuseFoldedKeys(object, expected);
    for (const key of ['kind', 'apiVersion']) said(object, key, key);
    agreeMetadata(object.metadata, path, expected);
    return;
  }
  for (const key of ['kind', 'apiVersion']) {
    if (object[key] === null) throw mismatch(`the patch takes \`${key}\` away`);
  }
  agree(object, path, expected);
}

/** Refuses metadata that names another object than the path does; absent metadata, and absent names, agree with every path. */
export function agreeMetadata(metadata: JsonValue | undefined, path: BodyPath, expected: ExpectedKind): void {
  if (metadata === undefined || metadata === null) return;
  if (!isJsonObject(metadata)) throw mismatch('`metadata` in the body is not an object');
  const name = said(metadata, 'name', 'metadata.name');
  if (path.name !== '' && name !== '' && name !== path.name) {
    throw mismatch(`\`metadata.name\` is \`${printable(name)}\`, but the path says \`${printable(path.name)}\``);
  }
  const namespace = said(metadata, 'namespace', 'metadata.namespace');
  if (namespace === '' || !expected.isNamespaced) return;
  if (namespace !== path.namespace) {
    const inPath = path.namespace === '' ? 'none' : `\`${printable(path.namespace)}\``;
    throw mismatch(`\`metadata.namespace\` is \`${printable(namespace)}\`, but the path says ${inPath}`);
  }
}

/** `apiVersion` as a body has it. */
export function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

function agreeType(object: JsonObject, path: BodyPath, expected: ExpectedKind): void {
  const kind = said(object, 'kind', 'kind');
  if (kind !== '' && kind !== expected.kind) {
    const advice = kind.endsWith('List') ? 'send each object in a request of its own' : '';
    throw mismatch(`\`kind\` is \`${printable(kind)}\`, but this path takes \`${expected.kind}\``, advice);
  }
  const apiVersion = said(object, 'apiVersion', 'apiVersion');
  if (apiVersion !== '' && !takenVersions(path, expected).includes(apiVersion)) {
    const takes = groupVersion(expected.group, expected.version);
    throw mismatch(`\`apiVersion\` is \`${printable(apiVersion)}\`, but this path takes \`${takes}\``);
  }
}

/**
 * The one version that the path takes; of an eviction two, the only such case.
 *
 * Source: `AcceptsGroupVersion`, https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/registry/core/pod/storage/eviction.go
 */
function takenVersions(path: BodyPath, expected: ExpectedKind): readonly string[] {
  const isEviction = path.apiGroup === '' && path.resource === 'pods' && path.subresource === 'eviction';
  return isEviction ? ['policy/v1', 'policy/v1beta1'] : [groupVersion(expected.group, expected.version)];
}

/** A string of the object; empty where it is left out or null, which the API server takes alike. */
function said(object: JsonObject, key: string, place: string): string {
  const value = object[key];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw mismatch(`\`${place}\` in the body is not a string`);
  return value;
}

function mismatch(sentence: string, advice = ''): Refusal {
  return new Refusal('BODY_MISMATCH', sentence, advice === '' ? {} : { advice });
}
