import { UNLISTED_GROUPS } from '../model/unlisted-groups.ts';
import type { RbacRequest } from './rbac.ts';

/** Verbs that change nothing. Whatever else is done to Secrets, verbs of later versions too, counts as a change. */
const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/**
 * The field in which a rule that permits the request has to name it without a wildcard; undefined where a wildcard does. Powers are not looked at here.
 *
 * Security: whoever writes `resources: ["*"]` thinks of workloads, and not of a Secret that others mount, or that Helm rolls back to. Reads are masked, so a wildcard reaches them.
 */
export function mustBeNamed({
  apiGroup,
  resource,
  verb,
}: Pick<RbacRequest, 'apiGroup' | 'resource' | 'verb'>): 'apiGroups' | 'resources' | undefined {
  if (resource === 'secrets' && apiGroup === '' && !READS.has(verb)) return 'resources';
  return UNLISTED_GROUPS.has(apiGroup) ? 'apiGroups' : undefined;
}
