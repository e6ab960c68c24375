import { pointerSteps } from '../../../std/json-pointer.ts';
import { unreadable } from './unreadable.ts';

/**
 * The segments of a JSON pointer; none for the whole document.
 *
 * A pointer that does not begin with a slash is refused: the API server's library drops whatever stands before the first one, so that
 * `x/spec/replicas` is `/spec/replicas` to it and an error to others. A `~` that begins no escape is refused too.
 *
 * @throws {Refusal} BODY_UNREADABLE
 * Source: RFC 6901; `findObject`, https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go
 */
export function pointerSegments(pointer: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw unreadable('a path in the JSON patch does not begin with `/`');
  if (/~(?![01])/.test(pointer)) throw unreadable('a path in the JSON patch has a `~` that is no escape');
  return pointerSteps(pointer);
}

/** Whether one of two places is the other, or holds it. */
export function overlaps(a: readonly string[], b: readonly string[]): boolean {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether `outer` is `inner` or holds it. */
export function holds(outer: readonly string[], inner: readonly string[]): boolean {
  return outer.length <= inner.length && overlaps(outer, inner);
}
