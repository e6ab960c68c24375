import type { Config } from '../config/load.ts';
import { DEFAULT_LISTENER_LIMITS, type ListenerLimits } from '../listener/limits.ts';

/** Limit: a request target that the data path refuses with a sentence has to arrive; beside it is room for the headers. */
const HEADERS_BESIDE_URI_BYTES = 32 * 1024;

/** The wire's bounds: those that the configuration sets, and the defaults; `headersBytesMax` is never less than the longest request target needs. */
export function listenerLimits({ wire, uriBytesMax }: Pick<Config['limits'], 'wire' | 'uriBytesMax'>): ListenerLimits {
  const set = Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== undefined));
  const limits = { ...DEFAULT_LISTENER_LIMITS, ...set };
  return { ...limits, headersBytesMax: Math.max(limits.headersBytesMax, uriBytesMax + HEADERS_BESIDE_URI_BYTES) };
}
