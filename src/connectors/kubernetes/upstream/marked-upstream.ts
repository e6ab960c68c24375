import { MARKER_KEY } from '../../../model/marker-key.ts';
import type { Identity } from './impersonation.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

/**
 * The same way upstream, on which each caller bears the marker of this gateway, so that a cluster can refuse callers who come without it. Nobody sets it by itself: a caller has
 * no extras of its own here, and the API server lets nobody name one without the right to impersonate it.
 */
export function markedUpstream(upstream: Upstream, target: string): Upstream {
  const extra: Identity['extra'] = { [MARKER_KEY]: [target] };
  const marked = (request: UpstreamRequest): UpstreamRequest =>
    request.identity === undefined ? request : { ...request, identity: { ...request.identity, extra } };
  return {
    send: (request, signal) => upstream.send(marked(request), signal),
    upgrade: (request, protocol, signal) => upstream.upgrade(marked(request), protocol, signal),
    close: () => upstream.close(),
  };
}
