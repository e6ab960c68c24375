/** What an exec, attach or port-forward may send to open its streams, and how long its end may take; anything beyond cuts the connection. */
export const STREAM_LIMITS = Object.freeze({
  /** Bytes of a SPDY control frame behind its head. */
  controlFrameBytesMax: 8 * 1024,
  /** Streams of one port-forward over SPDY that are open at once; each connection that it forwards has two. */
  streamsMax: 2_048,
  /** Headers of one stream; clients send three. */
  streamHeadersCountMax: 32,
  /** Bytes that the headers of one stream inflate to; those of clients are below a hundred. */
  streamHeadersBytesMax: 1024,
  /** Bytes held back until they are judged: a frame that opens a stream, in ever so small WebSocket frames. */
  heldBytesMax: 256 * 1024,
  /** Bytes of one event of a watch over WebSocket, which is held until it is whole; a longer one ends the watch. */
  eventBytesMax: 16 * 1024 * 1024,
  /** How long a stream that the gateway ends may take to say so: to finish the frame or event that is under way, and to be read. */
  goodbyeTimeoutMs: 1000,
});
