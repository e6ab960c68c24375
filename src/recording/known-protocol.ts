/*
 * Which protocol a connection speaks, by the first bytes of either side. Only its name is told: what it says is nobody's but the two that speak it.
 *
 * Source: RFC 8446, 5.1 (TLS records); RFC 9112, 3 (request lines); RFC 9113, 3.4 (the preface of HTTP/2); RFC 4253, 4.2 (SSH); PostgreSQL, 54.7 "Message Formats"
 * (StartupMessage, SSLRequest, GSSENCRequest); Redis serialization protocol, "Send commands"; MySQL, "Protocol::HandshakeV10"; MongoDB, "Wire Protocol", OP_MSG and OP_QUERY
 */

/** Limit: bytes of each side that are looked at. */
export const PROTOCOL_BYTES = 24;

/** What is told of; there may be others. */
export type KnownProtocol = 'tls' | 'http' | 'http2' | 'ssh' | 'postgresql' | 'redis' | 'mysql' | 'mongodb';

/** Its name, by what the caller and what the other side said first; undefined where it is none of those that are known. */
export function knownProtocol(fromCaller: Buffer, fromOther: Buffer): KnownProtocol | undefined {
  const said = fromCaller.toString('latin1', 0, PROTOCOL_BYTES);
  if (said.startsWith('PRI * HTTP/2.0')) return 'http2';
  if (/^(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE) [!-~]/.test(said)) return 'http';
  if (said.startsWith('SSH-2.0-') || fromOther.toString('latin1', 0, 8) === 'SSH-2.0-') return 'ssh';
  if (/^\x16\x03[\x00-\x04]/.test(said)) return 'tls';
  if (/^\*[1-9]\d{0,6}\r\n\$/.test(said)) return 'redis';
  if (fromCaller.length >= 8 && POSTGRESQL.has(fromCaller.readUInt32BE(4))) return 'postgresql';
  if (fromCaller.length >= 16 && MONGODB.has(fromCaller.readUInt32LE(12)) && fromCaller.readUInt32LE(8) === 0)
    return 'mongodb';
  // The server speaks first: length, the number 0, version 10, and its version in words.
  return fromOther.length > 5 && fromOther[3] === 0 && fromOther[4] === 10 && isDigit(fromOther[5])
    ? 'mysql'
    : undefined;
}

/** Version 3.0, and what asks for encryption by TLS or GSSAPI. */
const POSTGRESQL = new Set([196_608, 80_877_103, 80_877_104]);

const MONGODB = new Set([2_004, 2_013]);

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
