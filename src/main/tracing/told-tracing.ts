import type { Config } from '../../config/load.ts';
import type { Upstream } from '../../connectors/kubernetes/upstream/upstream.ts';
import type { Serve } from '../../listener/exchange.ts';
import { inRanges } from '../../std/address-ranges.ts';
import type { Told } from '../observe.ts';

/** How an exchange and its way upstream become steps of a trace. */
export interface OpenedTracing {
  readonly serve: (serve: Serve) => Serve;
  readonly upstream: (target: string) => (upstream: Upstream) => Upstream;
}

/** Nothing is told, and nothing stands between. */
const NO_TRACING: OpenedTracing = { serve: (serve) => serve, upstream: () => (upstream) => upstream };

/** The traces of the configuration, of whose collector the log tells; without `tracing` nothing of it is loaded. @throws {ConfigError} a file of it cannot be read */
export async function openToldTracing(
  { tracing: config }: Config,
  closers: (() => unknown)[],
  { log }: Told,
): Promise<OpenedTracing> {
  if (config === undefined) return NO_TRACING;
  const [{ openTracing }, { tracedServe }, { tracedUpstream }] = await Promise.all([
    import('./open-tracing.ts'),
    import('./traced-serve.ts'),
    import('./traced-upstream.ts'),
  ]);
  const tracing = openTracing(config, (failure) => {
    if (failure === undefined) log.info('the collector of traces takes them again');
    else log.warn({ failure }, 'the collector of traces does not take them; they are left out');
  });
  closers.push(() => tracing.close());
  return {
    serve: (serve) => tracedServe(serve, tracing, inRanges(config.takeFrom)),
    upstream: (target) => (upstream) => tracedUpstream(upstream, tracing, target, config.passUpstream),
  };
}
