import type { Config } from '../config/load.ts';
import { DEFAULT_LISTENER_LIMITS, type ListenerLimits } from '../listener/limits.ts';

/** Limit: a request target that the data path refuses with a sentence has to arrive; beside it is room for the headers. */
const HEADERS_BESIDE_URI_BYTES = 32 * 1024;

/** Limit: a request with too many headers is refused with a sentence by the data path, so a few more have to arrive. */
const HEADERS_TOO_MANY = 100;

/** The wire's bounds: those that the configuration sets, and the defaults; `headersBytesMax` is never less than the longest request target needs, and `headersCountMax` never than the data path counts. */
export function listenerLimits({
  wire,
  uriBytesMax,
  headersCountMax,
}: Pick<Config['limits'], 'wire' | 'uriBytesMax' | 'headersCountMax'>): ListenerLimits {
  const set = Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== undefined));
  const limits = { ...DEFAULT_LISTENER_LIMITS, ...set };
  return {
    ...limits,
    headersBytesMax: Math.max(limits.headersBytesMax, uriBytesMax + HEADERS_BESIDE_URI_BYTES),
    headersCountMax: Math.max(limits.headersCountMax, headersCountMax + HEADERS_TOO_MANY),
  };
}
