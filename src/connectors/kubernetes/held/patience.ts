/*
 * How clients take a reply that does not come, as they were seen to: client-go (kubectl, Helm, controllers in Go) waits without end, unless it says in its query
 * how long, and follows a 429 with Retry-After ten times. Others give up after seconds, or come back minutes late; who is not known counts as one that gives up.
 *
 * Told and never sent again by itself: an eviction, since `kubectl drain` takes any 429 for a disruption budget and asks for ever; an upgrade, which no client
 * sends a second time. At once: reads, whose clients time the head of a list or watch, and reviews, which only ask what one may do.
 *
 * Source: `withRetry`, `maxRetries` and `Timeout` of https://github.com/kubernetes/client-go/blob/v0.35.4/rest/request.go
 */
import type { Operation } from '../../../model/operation.ts';
import type { Request } from '../../../model/request.ts';
import type { Patience } from '../../connector.ts';

/** How long a reply is held open; documented in docs/reference/limits.md. */
export const HELD_LIMITS = Object.freeze({
  /** For a client that is known to wait: balancers before the gateway cut at 60 s. */
  patientMs: 50_000,
  /** For any other: fabric8 gives up after 10 s. */
  unknownMs: 9_000,
});

const AT_ONCE: Patience = { waitMs: 0, after: 'told' };

/** How the client of this request takes it to wait. */
export function patience(request: Request, operation: Operation): Patience {
  if (request.upgrade !== undefined) return { waitMs: 'upgrade', after: 'told' };
  if (!operation.isChange || REVIEWS.has(operation.apiGroup)) return AT_ONCE;
  const isPatient = isClientGo(request.headers.get('user-agent')?.[0] ?? '');
  const waitMs = Math.min(isPatient ? HELD_LIMITS.patientMs : HELD_LIMITS.unknownMs, saidMs(operation));
  const isFollowed = isPatient && operation.subresource !== 'eviction';
  return { waitMs, after: isFollowed ? 'again' : 'told' };
}

const REVIEWS: ReadonlySet<string> = new Set(['authorization.k8s.io', 'authentication.k8s.io']);

/**
 * Whether this is client-go by the name that it gives itself, or Helm, which is made with it.
 *
 * Source: `DefaultKubernetesUserAgent`, https://github.com/kubernetes/client-go/blob/v0.35.4/rest/config.go
 */
function isClientGo(userAgent: string): boolean {
  return /^\S+\/\S+ \([^)]*\) kubernetes\/\S+/.test(userAgent) || /^Helm\/\d/.test(userAgent);
}

/** How long the client says that it waits (`--request-timeout`), less a second for the way. */
function saidMs({ query }: Operation): number {
  const [, number = '', unit = ''] = /^(\d{1,6})(ms|s|m|h)?$/.exec(query.get('timeout')?.[0] ?? '') ?? [];
  if (number === '' || Number(number) === 0) return Number.POSITIVE_INFINITY;
  const ms = Number(number) * ({ ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit] ?? 1_000);
  return Math.max(0, ms - 1_000);
}
