/** RFC 7386: an object is merged, null removes, anything else replaces. */

import { isObject, type Json } from '../object.ts';

export function mergePatched(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const out: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [field, each] of Object.entries(patch)) {
    if (each === null || each === undefined) delete out[field];
    else out[field] = mergePatched(out[field], each);
  }
  return out as Json;
}
