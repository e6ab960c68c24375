/**
 * The bounds that the wire is held to; those of one request's content are the data path's own. Each is documented in
 * docs/reference/limits.md with its default.
 */
export interface ListenerLimits {
  /** TCP connections of one listener at once; one more is dropped before its handshake. */
  readonly connectionsMax: number;
  /** How long a TLS handshake may take. */
  readonly handshakeTimeoutMs: number;
  /** Request line and headers of one request together; over HTTP/1.1 answered with 431, over HTTP/2 the stream is reset. At least 32768 more than `uriBytesMax`. */
  readonly headersBytesMax: number;
  /** Header fields of one HTTP/2 request, pseudo-headers included. Over HTTP/1.1 the bytes are the bound, and the data path counts. */
  readonly headersCountMax: number;
  /** How long the headers of a request may take to arrive over HTTP/1.1, from the first byte (from the handshake for the first request). */
  readonly headersTimeoutMs: number;
  /** How long a whole request, body included, may take to arrive over HTTP/1.1. */
  readonly requestTimeoutMs: number;
  /** How long a connection without a request in flight is kept: longer than load balancers (60 s) and Go's client (90 s) keep theirs. */
  readonly idleTimeoutMs: number;
  /** How much of a body that nobody wanted is read and thrown away to keep the connection. */
  readonly unwantedBodyBytesMax: number;
  /** How long a client may take nothing of what waits for it before its reply is cut. */
  readonly slowReaderTimeoutMs: number;
  /** How long the other direction of an exec or port-forward may go on after one side has ended, and how long what a client still sends is dropped behind an answer that ends its HTTP/1.1 connection, so that it can read that answer. */
  readonly halfCloseTimeoutMs: number;
  /** Requests in flight on one connection; over HTTP/1.1 those that wait for one before them count too, and one more ends the connection. */
  readonly streamsPerConnectionMax: number;
  /** Flow-control window of one HTTP/2 stream towards the gateway. */
  readonly streamWindowBytes: number;
  /** Memory that one HTTP/2 connection may take, in megabytes. */
  readonly connectionMegabytesMax: number;
  /** Invalid frames that one HTTP/2 connection may send before it is closed. */
  readonly invalidFramesMax: number;
  /** Streams that one HTTP/2 connection may reset at once; one more closes it. */
  readonly streamResetsMax: number;
  /** Resets that are forgiven each second. */
  readonly streamResetsPerSecond: number;
}

/**
 * The defaults. Source: `streamResetsMax` and `streamResetsPerSecond` are nghttp2's own, made for CVE-2023-44487; CONTINUATION frames
 * (CVE-2024-27983) are bounded by nghttp2 itself, eight to a header block.
 */
export const DEFAULT_LISTENER_LIMITS: ListenerLimits = Object.freeze({
  connectionsMax: 10_000,
  handshakeTimeoutMs: 10_000,
  headersBytesMax: 160 * 1024,
  headersCountMax: 200,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 60_000,
  idleTimeoutMs: 120_000,
  unwantedBodyBytesMax: 256 * 1024,
  slowReaderTimeoutMs: 60_000,
  halfCloseTimeoutMs: 5_000,
  streamsPerConnectionMax: 250,
  streamWindowBytes: 1024 * 1024,
  connectionMegabytesMax: 32,
  invalidFramesMax: 100,
  streamResetsMax: 1_000,
  streamResetsPerSecond: 33,
});
