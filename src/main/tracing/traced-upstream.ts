import type { Upstream, UpstreamRequest } from '../../connectors/kubernetes/upstream/upstream.ts';
import { Refusal } from '../../model/refusal.ts';
import { formatTraceparent, parseTraceparent } from '../../std/trace-context.ts';
import type { Step, Tracing } from './tracing.ts';

/**
 * The same way upstream, each request of an exchange a step under its own: until the head of the reply. With `passUpstream` the target is told of it, else it gets no word of a trace. What the gateway asks for itself bears no
 * trace, and is none.
 */
export function tracedUpstream(upstream: Upstream, tracing: Tracing, target: string, passUpstream: boolean): Upstream {
  const around = async <Reply extends { readonly status: number }>(
    request: UpstreamRequest,
    send: (request: UpstreamRequest) => Promise<Reply>,
  ): Promise<Reply> => {
    const parent = parseTraceparent(request.headers.get('traceparent')?.[0] ?? '');
    if (parent === undefined) return send(request);
    const facts = { 'http.request.method': request.method, 'sallyport.target': target };
    const step = tracing.begin('client', `${request.method} upstream`, facts, parent);
    try {
      const reply = await send(ofStep(request, step, passUpstream));
      step.end(
        { 'http.response.status_code': reply.status },
        reply.status >= 500 ? `answered with ${reply.status}` : undefined,
      );
      return reply;
    } catch (error) {
      step.end({}, error instanceof Refusal ? error.code : 'a fault of the gateway');
      throw error;
    }
  };
  return {
    send: (request, signal) => around(request, (asked) => upstream.send(asked, signal)),
    upgrade: (request, protocol, signal) => around(request, (asked) => upstream.upgrade(asked, protocol, signal)),
    close: () => upstream.close(),
  };
}

function ofStep(request: UpstreamRequest, step: Step, passUpstream: boolean): UpstreamRequest {
  const headers = new Map(request.headers);
  if (passUpstream) headers.set('traceparent', [formatTraceparent(step.context)]);
  else headers.delete('traceparent');
  return { ...request, headers };
}
