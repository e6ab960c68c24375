import type { CallerRateLimits } from './caller-rates.ts';
import type { InFlightLimits } from './in-flight.ts';

/** The bounds that the data path itself keeps; those of the wire are the listener's. Each is documented in docs/reference/limits.md. */
export interface Limits {
  /** The largest request body that is read; the API server's own bound is the same. */
  readonly bodyBytesMax: number;
  /** How long a body may take to arrive, from the first call that reads it. */
  readonly bodyTimeoutMs: number;
  /** Headers in one request. */
  readonly headersCountMax: number;
  /** The longest request target; the arguments of an exec stand in it. */
  readonly uriBytesMax: number;
}

/** Source: `MaxRequestBodyBytes`, https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/server/config.go */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  bodyBytesMax: 3 * 1024 * 1024,
  bodyTimeoutMs: 30_000,
  headersCountMax: 100,
  uriBytesMax: 32 * 1024,
});

/** The bounds of one caller, over all targets of a gateway. */
export interface CallerLimits extends InFlightLimits, Omit<CallerRateLimits, 'bodyBytesMax'> {
  /** Requests of one caller under way at once, streams included. */
  readonly requestsPerCallerMax: number;
  /** Watches, logs, execs and port-forwards of one caller at once. */
  readonly streamsPerCallerMax: number;
  /** Requests of one caller each second, over time; one more is refused with 429 and counted. kubectl holds itself to 50, client-go by default to 5. */
  readonly requestsPerCallerPerSecond: number;
  /** Requests that one caller may make at once after it has been quiet. kubectl holds itself to 300, one for each group version of a cluster. */
  readonly requestsPerCallerBurstMax: number;
  /** So many bytes of bodies count as one more request: what a body costs goes by its size. A caller that has none left can owe one largest body. */
  readonly bodyBytesPerRequest: number;
  /** So many milliseconds of the processor that conditions and masks took count as one more request, afterwards. A caller can owe one whole burst. */
  readonly workMsPerRequest: number;
  /** Callers whose rate is under way at once; one more is refused. A caller is forgotten as soon as it could make its whole burst again. */
  readonly callersMax: number;
}

/**
 * Source: `WithDiscoveryBurst(300)`, `WithDiscoveryQPS(50)`, https://github.com/kubernetes/kubectl/blob/v0.35.4/pkg/cmd/cmd.go; `DefaultQPS`, `DefaultBurst`,
 * https://github.com/kubernetes/client-go/blob/v0.35.4/rest/config.go
 */
export const CALLER_LIMITS: CallerLimits = Object.freeze({
  requestsPerCallerMax: 400,
  streamsPerCallerMax: 200,
  requestsPerCallerPerSecond: 200,
  requestsPerCallerBurstMax: 1_000,
  bodyBytesPerRequest: 16 * 1024,
  workMsPerRequest: 2,
  callersMax: 20_000,
});
