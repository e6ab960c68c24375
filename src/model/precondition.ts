/**
 * The state of its object that a request was judged on. Upstream holds the forwarded request to it: what has changed meanwhile is answered with a conflict
 * and not done.
 */
export type Precondition = ObjectVersion | 'absent';

/** One version of one object. */
export interface ObjectVersion {
  readonly resourceVersion: string;
  /** Of this life of the object; empty where upstream gives none. */
  readonly uid: string;
}

/** Whether two preconditions are of the same state. */
export function isSamePrecondition(a: Precondition, b: Precondition): boolean {
  if (a === 'absent' || b === 'absent') return a === b;
  return a.resourceVersion === b.resourceVersion && a.uid === b.uid;
}
