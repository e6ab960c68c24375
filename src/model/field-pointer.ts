/** A field of a body as an edit names it: `/spec/replicas`, with `~1` for a `/` within a key. Source: JSON Pointer, RFC 6901 */
export const FIELD_POINTER = /^(?:\/(?:[^/~]|~[01])+)+$/;

/** Whether an edit may reach it: what an object is, and what it is called, is judged before, and stays. */
export function isAmendable(pointer: string): boolean {
  return !/^\/(?:apiVersion|kind|metadata|metadata\/(?:name|namespace))$/.test(pointer);
}

/** Its keys. */
export function fieldPath(pointer: string): readonly string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
