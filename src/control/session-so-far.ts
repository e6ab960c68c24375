/*
 * What a caller did in its session before it asked, as who answers is shown it: how much of all of it, and the last changes in the place that is asked about. What it
 * changed elsewhere is counted and not named, since who may answer here may not see what is there.
 */
import type { Approval } from '../approval/approval.ts';
import type { ShownSession } from '../model/shown.ts';
import type { Catalog, FoundExchange, Viewer } from '../recording/found.ts';

/** What is looked up of a question. */
export type AskedInSession = Pick<Approval, 'session' | 'asker' | 'target' | 'namespace' | 'attendedBy'>;

/** Looks it up in the recordings of this gateway; a text says why it cannot be, undefined that the question is of no session. */
export type SessionSoFar = (asked: AskedInSession) => Promise<ShownSession | string | undefined>;

/** Limits of what is looked at and told. */
const LIMITS = Object.freeze({
  /** Newest exchanges of the caller among which its last changes are looked for. */
  newestMax: 200,
  /** Changes that are named. */
  namedMax: 5,
});

/** The gateway itself. */
const ALL: Viewer = { own: undefined, reach: [{}] };

/** Out of the catalog. */
export function sessionSoFar(catalog: Pick<Catalog, 'session' | 'exchanges'>): SessionSoFar {
  return async ({ session, asker, target, namespace, attendedBy }) => {
    if (session === undefined) return undefined;
    const found = (await catalog.session(ALL, session))?.session;
    if (found === undefined) return NOTHING;
    const { subject, issuer } = asker;
    const newest = await catalog.exchanges(
      ALL,
      { subject, issuer, target, sinceMs: found.startedAt },
      { limit: LIMITS.newestMax },
    );
    const own = newest.filter((one) => one.session === session);
    const itself = own.find(({ id }) => id === attendedBy);
    const changes = own.filter((one) => one.isChange && one.id !== attendedBy);
    const here = changes.filter((one) => one.namespace === namespace);
    return {
      since: new Date(found.startedAt).toISOString(),
      requests: found.exchanges - (itself === undefined ? 0 : 1),
      changes: found.changes - (itself?.isChange === true ? 1 : 0),
      refused: found.refused,
      failed: found.failed,
      last: here.slice(0, LIMITS.namedMax).map(words),
    };
  };
}

const NOTHING: ShownSession = { requests: 0, changes: 0, refused: 0, failed: 0, last: [] };

function words({ verb, resource, subresource, apiGroup, name, outcome, status, code }: FoundExchange): string {
  const kind = `${resource}${subresource === '' ? '' : `/${subresource}`}${apiGroup === '' ? '' : `.${apiGroup}`}`;
  const became = status === undefined ? outcome : `${outcome} ${status}`;
  return `${verb} ${kind}${name === '' ? '' : ` \`${name}\``}: ${became}${code === undefined ? '' : ` (${code})`}`;
}
