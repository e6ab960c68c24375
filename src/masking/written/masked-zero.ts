import type { JsonValue, Operation } from '../../model/operation.ts';
import type { Place } from '../places/place.ts';

/** Whether the number 0 is written where numbers are masked, which are shown as 0; of a JSON patch, wherever one of its values has it. */
export function maskedZero({ body }: Pick<Operation, 'body'>, place: Place): boolean {
  const patch = body?.patch;
  if (patch?.type !== 'json') return isAt(patch?.object ?? body?.object ?? null, place);
  return !place.isPlain && patch.operations.some((operation) => hasZero(operation));
}

function isAt(value: JsonValue, place: Place): boolean {
  if (value === 0) return place.mask !== undefined;
  if (value === null || typeof value !== 'object' || place.isPlain) return false;
  if (Array.isArray(value)) return value.some((each: JsonValue, index) => isAt(each, place.element(index)));
  return Object.entries(value).some(([key, each]) => isAt(each as JsonValue, place.key(key)));
}

function hasZero(value: JsonValue): boolean {
  return (
    value === 0 ||
    (value !== null && typeof value === 'object' && Object.values(value).some((each) => hasZero(each as JsonValue)))
  );
}
