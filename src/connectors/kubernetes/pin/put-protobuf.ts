/* One string put into Kubernetes' protobuf, by the names of its place. */
import { assert } from '../../../std/assert.ts';
import { putField } from '../body/put-field.ts';

/** The numbers of the fields on the way to a version: of every kind, of an eviction, of `DeleteOptions`, and at the end of each way. */
const NUMBERS: Readonly<Record<string, number>> = {
  metadata: 1,
  deleteOptions: 2,
  preconditions: 2,
  'metadata.uid': 5,
  'metadata.resourceVersion': 6,
  'preconditions.uid': 1,
  'preconditions.resourceVersion': 2,
};

/** The body with `value` at the place that `path` leads to: a `uid` or `resourceVersion` in `metadata` or `preconditions`. */
export function putProtobuf(body: Uint8Array, path: readonly string[], value: string): Buffer {
  const numbers = path.map((key, i) => NUMBERS[i === path.length - 1 ? `${path[i - 1]}.${key}` : key]);
  const known = numbers.filter((number) => number !== undefined);
  assert(known.length === path.length, 'no such place in the protobuf');
  return putField(body, known, Buffer.from(value));
}
