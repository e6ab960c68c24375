import type { TraceContext } from '../../std/trace-context.ts';

/** What a span says beside its name and times. Holds no path, query, header or name of a caller. */
export type SpanFacts = Readonly<Record<string, string | number>>;

/** One step of a trace, under way. */
export interface Step {
  readonly context: TraceContext;
  /** It has ended; a failure is told by its class alone. */
  end(facts: SpanFacts, failure?: string): void;
}

/** Makes steps of traces, and tells a collector of those that are sampled. */
export interface Tracing {
  begin(kind: 'server' | 'client', name: string, facts: SpanFacts, parent: TraceContext | undefined): Step;
  /** Tells what is not told yet, for so long as a batch may take; and ends. */
  close(): Promise<void>;
}
