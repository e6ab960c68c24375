/**
 * Where a server tells of its own insides: `/logs` lists files of a node on some, `/flagz` and `/statusz` (1.32 and newer) tell how it was started.
 *
 * T21: each is reached by its exact path, never by a wildcard.
 */
export const INNER_PATHS: readonly string[] = ['/logs', '/debug', '/metrics', '/flagz', '/statusz'];

const PATTERN = new RegExp(`^(${INNER_PATHS.join('|')})(/|$)`);

/** Whether a path is one of these, or under one. */
export function isInnerPath(path: string): boolean {
  return PATTERN.test(path);
}
