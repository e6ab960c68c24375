// HTTP/2 frame by frame, for what no client library would send.

import { connect as connectTls, type TLSSocket } from 'node:tls';

/** Types of frames. */
export const FRAME = { data: 0, headers: 1, settings: 4, reset: 3, goaway: 7, continuation: 9 } as const;
/** Flags of frames. */
export const END_STREAM = 1;
export const END_HEADERS = 4;

/** One frame. */
export function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** Literal header fields, never indexed and not compressed: any byte can stand in them. */
export function block(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [
      Buffer.from([0x10]),
      ...[name, value].map((text) => Buffer.concat([lengthBytes(text.length), Buffer.from(text, 'latin1')])),
    ]),
  );
}

/** An HPACK integer of seven bits, its highest bit 0: not compressed. */
function lengthBytes(length: number): Buffer {
  if (length < 127) return Buffer.from([length]);
  const bytes = [127];
  let rest = length - 127;
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

/** A connection that has begun to speak HTTP/2. */
export async function openFrames(port: number, caPem: string): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', ca: caPem, servername: 'localhost', ALPNProtocols: ['h2'] });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  socket.write(
    Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(FRAME.settings, 0, 0, Buffer.alloc(0))]),
  );
  return socket;
}

/** Resolves when a frame of this type has come for the stream, or GOAWAY, or the end. */
export function untilAnswered(socket: TLSSocket, streamId: number): Promise<string> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    socket.on('close', () => resolve('closed'));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
        const [type, id] = [bytes[3], bytes.readUInt32BE(5)];
        if (type === 7) resolve('goaway');
        if (id === streamId && type === 1) resolve('answered');
        if (id === streamId && type === 3) resolve('reset');
        bytes = bytes.subarray(9 + bytes.readUIntBE(0, 3));
      }
    });
  });
}
