/** The bounds of the way upstream, each documented in docs/reference/limits.md with its default. */
export interface UpstreamLimits {
  /** How long a connection and its handshake may take. */
  readonly connectTimeoutMs: number;
  /**
   * How long upstream may take to begin its answer, the wait for a free connection included. A stream waits as long for its connection, and its
   * answer may then take as long as it likes.
   */
  readonly upstreamTimeoutMs: number;
  /**
   * How long upstream may send nothing of a reply that it has begun, while its caller takes what comes. Watches, followed logs, execs, port-forwards and what is
   * behind a proxy may be silent as long as they like.
   */
  readonly upstreamStallTimeoutMs: number;
  /** Connections for requests that end: more than two callers may have under way who take none of their replies, so that others still get one. */
  readonly connectionsMax: number;
  /** Connections for watches and `logs -f`, each of which keeps one. */
  readonly streamConnectionsMax: number;
  /** How long an unused connection is kept: shorter than the API server keeps it (90 s), so that no request meets one that just ended. */
  readonly idleTimeoutMs: number;
  /** How long an exec or port-forward is silent before its connection is probed for a peer that vanished. */
  readonly keepAliveDelayMs: number;
  /** Headers of one reply. */
  readonly replyHeadersBytesMax: number;
}

/** Source: `IdleTimeout`, https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/server/secure_serving.go */
export const DEFAULT_UPSTREAM_LIMITS: UpstreamLimits = Object.freeze({
  connectTimeoutMs: 10_000,
  upstreamTimeoutMs: 60_000,
  upstreamStallTimeoutMs: 60_000,
  connectionsMax: 1_024,
  streamConnectionsMax: 4_096,
  idleTimeoutMs: 60_000,
  keepAliveDelayMs: 30_000,
  replyHeadersBytesMax: 64 * 1024,
});
