/** What a port-forward that is held to its ports may send to open a stream; anything beyond cuts the connection. */
export const PORT_GATE_LIMITS = Object.freeze({
  /** Bytes of a SPDY control frame behind its head. */
  controlFrameBytesMax: 8 * 1024,
  /** Headers of one stream; clients send three. */
  streamHeadersCountMax: 32,
  /** Bytes that the headers of one stream inflate to. */
  streamHeadersBytesMax: 16 * 1024,
  /** Bytes held back until they are judged: a frame that opens a stream, in ever so small WebSocket frames. */
  heldBytesMax: 256 * 1024,
});
