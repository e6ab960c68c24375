/*
 * Which keys a delete of many takes. A key that is not known is dropped by the API server, and so is what it was to narrow.
 */
import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';
import type { RequestInfo } from './request-info.ts';

/**
 * T72: refuses a key that narrows a delete of many on some servers alone: one that does not know `shardSelector`, which others do since 1.36, ignores it and
 * deletes all.
 *
 * @throws {Refusal} QUERY_AMBIGUOUS
 */
export function refuseUnknownKeys({ isResourceRequest, verb, query }: RequestInfo): void {
  if (query.size === 0 || !isResourceRequest || verb !== 'deletecollection') return;
  for (const key of query.keys()) {
    if (OF_DELETECOLLECTION.has(key)) continue;
    throw new Refusal(
      'QUERY_AMBIGUOUS',
      `query key \`${printable(key)}\` is not known to narrow a delete of many on every server, and where it is not, all would be deleted`,
      { advice: 'say what is deleted by `labelSelector` and `fieldSelector`' },
    );
  }
}

/** Keys that a delete of many is known to take on every server, and those that change nothing of it. */
const OF_DELETECOLLECTION: ReadonlySet<string> = new Set([
  ...['fieldSelector', 'labelSelector', 'limit', 'continue', 'timeoutSeconds', 'watch', 'allowWatchBookmarks'],
  ...['resourceVersion', 'resourceVersionMatch', 'sendInitialEvents'],
  ...['dryRun', 'gracePeriodSeconds', 'propagationPolicy', 'orphanDependents', 'uid'],
  ...['ignoreStoreReadErrorWithClusterBreakingPotential', 'pretty', 'timeout'],
]);
