import type { Serve } from '../../listener/exchange.ts';
import { formatTraceparent, parseTraceparent, type TraceContext } from '../../std/trace-context.ts';
import type { Tracing } from './tracing.ts';

const TRACE_HEADERS: ReadonlySet<string> = new Set(['traceparent', 'tracestate']);

/** Source: methods that are known, and `_OTHER`, https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/ */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * The same data path, each exchange a step of a trace: from its head to the head of its answer. What is behind that, who asked and for what is in the journal, under the exchange's id.
 *
 * Security: a caller's word is taken where `isTaken` says so of its address, and goes no further elsewhere: with it whoever sends it chooses what is told, and in whose trace.
 */
export function tracedServe(serve: Serve, tracing: Tracing, isTaken: (address: string) => boolean): Serve {
  return async (target, raw, signal) => {
    const parent = isTaken(raw.peer) ? parentIn(raw.rawHeaders) : undefined;
    // Security: whoever asks is not known yet; what they call their method is told of only where it is one.
    const method = METHODS.has(raw.method) ? raw.method : '_OTHER';
    const facts = {
      'http.request.method': method,
      'network.protocol.version': raw.httpVersion,
      'sallyport.exchange': raw.id,
      'sallyport.target': target ?? '',
    };
    const step = tracing.begin(
      'server',
      `${method === '_OTHER' ? 'HTTP' : method} ${target ?? ''}`.trimEnd(),
      facts,
      parent,
    );
    try {
      const rawHeaders = [...withoutTrace(raw.rawHeaders), 'traceparent', formatTraceparent(step.context)];
      const answer = await serve(target, { ...raw, rawHeaders }, signal);
      const { status } = answer;
      step.end({ 'http.response.status_code': status }, status >= 500 ? `answered with ${status}` : undefined);
      return answer;
    } catch (error) {
      step.end({}, 'a fault of the gateway');
      throw error;
    }
  };
}

/** Undefined where there is none, or more than one. */
function parentIn(rawHeaders: readonly string[]): TraceContext | undefined {
  const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'traceparent');
  return values.length === 1 ? parseTraceparent(values[0] as string) : undefined;
}

function withoutTrace(rawHeaders: readonly string[]): readonly string[] {
  const isTrace = (name: string | undefined) => name !== undefined && TRACE_HEADERS.has(name.toLowerCase());
  return rawHeaders.filter((_, i) => !isTrace(rawHeaders[i - (i % 2)]));
}
