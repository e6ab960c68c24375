import type { JsonObject } from '../../../model/operation.ts';
import { printable } from '../printable.ts';
import type { ExpectedKind } from './agree.ts';
import { isJsonObject } from './json-value.ts';
import { messageFields } from './protobuf-schema.ts';
import { unreadable } from './unreadable.ts';

const TYPE_KEYS = ['apiVersion', 'kind', 'metadata'];
const CUSTOM_KEYS = [...TYPE_KEYS, 'spec', 'status'];

/**
 * Refuses a key that is a known one but for its case, at the top of an object, in its metadata and in its spec.
 *
 * The API server reads the type of a body with `encoding/json`, which heeds no case (`Kind`, and even `ſpec`, are keys to it), and the object
 * with a reader that does; aggregated servers may use the first for both.
 *
 * @throws {Refusal} BODY_UNREADABLE
 * Source: `SimpleMetaFactory`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/runtime/serializer/json/meta.go
 */
export function refuseFoldedKeys(object: JsonObject, expected: ExpectedKind): void {
  const fields = messageFields(expected);
  refuseFolded(object, fields === undefined ? CUSTOM_KEYS : topKeys(fields), '');
  const metadata = object.metadata;
  if (isJsonObject(metadata)) refuseFolded(metadata, METADATA_KEYS, 'metadata.');
  const spec = object.spec;
  const specFields = fields?.get('spec');
  if (isJsonObject(spec) && specFields !== undefined) refuseFolded(spec, specFields, 'spec.');
}

function topKeys(fields: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const known = tops.get(fields);
  if (known !== undefined) return known;
  const made = [...TYPE_KEYS, ...fields.keys()];
  tops.set(fields, made);
  return made;
}

/** Of each kind, made once. */
const tops = new WeakMap<ReadonlyMap<string, readonly string[]>, readonly string[]>();

/** Source: ObjectMeta, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/types.go */
const METADATA_KEYS = [
  ...['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp'],
  ...['deletionTimestamp', 'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences', 'finalizers'],
  'managedFields',
];

/** Refuses a key of `object` that is one of `known` but for its case. */
export function refuseFolded(object: JsonObject, known: readonly string[], place: string): void {
  const exact = exactKeys(known);
  for (const key in object) {
    const meant = exact.get(folded(key));
    if (meant !== undefined && meant !== key) {
      throw unreadable(`\`${place}${printable(key)}\` differs from \`${place}${meant}\` in case alone`);
    }
  }
}

/** By how they are folded; of each list made once. */
function exactKeys(known: readonly string[]): ReadonlyMap<string, string> {
  const before = exacts.get(known);
  if (before !== undefined) return before;
  const made = new Map(known.map((key) => [folded(key), key]));
  exacts.set(known, made);
  return made;
}

const exacts = new WeakMap<readonly string[], ReadonlyMap<string, string>>();

/** As `encoding/json` folds: `ſ` is an s to it and the Kelvin sign a k. */
function folded(key: string): string {
  return key.toUpperCase().toLowerCase();
}
