import type { JsonObject, JsonValue } from '../../model/operation.ts';

/** Whether a JSON value is an object, and no list. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
