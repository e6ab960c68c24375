/*
 * What passed on an upgraded connection towards the client, put together again: a value that is cut by the borders of frames is found in what a channel said.
 * Read apart from the gateway's own codec, which it judges.
 */

/** All that each channel said, for WebSocket and SPDY; and the bytes as they came. */
export function channelsOf(bytes: Buffer, protocol: 'websocket' | 'spdy'): readonly Buffer[] {
  const said = new Map<number, Buffer[]>();
  const all: Buffer[] = [];
  const take = (channel: number, payload: Buffer) => {
    all.push(payload);
    said.set(channel, [...(said.get(channel) ?? []), payload]);
  };
  if (protocol === 'websocket') {
    for (const payload of webSocketPayloads(bytes)) {
      take(payload[0] ?? 0, payload.subarray(1));
      take(-1, payload); // a watch has no channels
    }
  } else for (const { stream, payload } of spdyFrames(bytes)) take(stream, payload);
  return [bytes, ...[...said.values()].map((pieces) => Buffer.concat(pieces)), Buffer.concat(all)];
}

/** Of a server: no masking keys. Source: RFC 6455, section 5.2 */
function* webSocketPayloads(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = (bytes[at + 1] as number) & 0x7f;
    let start = at + 2;
    let length = short;
    if (short === 126) [length, start] = [bytes.readUInt16BE(at + 2), at + 4];
    else if (short === 127) [length, start] = [Number(bytes.readBigUInt64BE(at + 2)), at + 10];
    const isData = ((bytes[at] as number) & 0x0f) <= 2;
    if (isData && length > 0) yield bytes.subarray(start, start + length);
    at = start + length;
  }
}

/** Source: SPDY Protocol, draft 3.1, section 2.2 */
function* spdyFrames(bytes: Buffer): Generator<{ readonly stream: number; readonly payload: Buffer }> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUIntBE(at + 5, 3);
    const isControl = ((bytes[at] as number) & 0x80) !== 0;
    if (!isControl) yield { stream: bytes.readUInt32BE(at), payload: bytes.subarray(at + 8, at + 8 + length) };
    at += 8 + length;
  }
}
