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
  const top = fields === undefined ? CUSTOM_KEYS : [...TYPE_KEYS, ...fields.keys()];
  refuseFolded(object, top, '');
  const metadata = object.metadata;
  if (isJsonObject(metadata)) refuseFolded(metadata, METADATA_KEYS, 'metadata.');
  const spec = object.spec;
  const specFields = fields?.get('spec');
  if (isJsonObject(spec) && specFields !== undefined) refuseFolded(spec, specFields, 'spec.');
}

/** Source: ObjectMeta, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/types.go */
const METADATA_KEYS = [
  ...['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp'],
  ...['deletionTimestamp', 'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences', 'finalizers'],
  'managedFields',
];

/** Refuses a key of `object` that is one of `known` but for its case. */
export function refuseFolded(object: JsonObject, known: readonly string[], place: string): void {
  const exact = new Map(known.map((key) => [folded(key), key]));
  for (const key in object) {
    const meant = exact.get(folded(key));
    if (meant !== undefined && meant !== key) {
      throw unreadable(`\`${place}${printable(key)}\` differs from \`${place}${meant}\` in case alone`);
    }
  }
}

/** As `encoding/json` folds: `ſ` is an s to it and the Kelvin sign a k. */
function folded(key: string): string {
  return key.toUpperCase().toLowerCase();
}
