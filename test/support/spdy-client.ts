// What a client of port-forward writes: SPDY/3.1 frames, plain or in the messages of a WebSocket. Also frames that no client should write.

import { constants, createDeflate } from 'node:zlib';
import { SPDY_DICTIONARY } from '../../src/connectors/kubernetes/streams/spdy-dictionary.ts';

export type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** The headers with which kubectl opens a stream for a port. */
export function portHeaders(port: string | number, streamType = 'data', requestId = '0'): HeaderPairs {
  return [
    ['port', String(port)],
    ['requestid', requestId],
    ['streamtype', streamType],
  ];
}

/** A header block before it is compressed. */
export function headerBlock(headers: HeaderPairs, count = headers.length): Buffer {
  const text = (value: string) => [uint32(Buffer.byteLength(value)), Buffer.from(value)];
  return Buffer.concat([uint32(count), ...headers.flatMap(([name, value]) => [...text(name), ...text(value)])]);
}

/** Compresses the header blocks of one connection, each with what the ones before have left. */
export class HeaderCompressor {
  readonly #deflate = createDeflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  #parts: Buffer[] = [];

  constructor() {
    this.#deflate.on('data', (part: Buffer) => this.#parts.push(part));
  }

  async block(plain: Buffer): Promise<Buffer> {
    this.#parts = [];
    await new Promise<void>((resolve) => this.#deflate.write(plain, () => resolve()));
    while (this.#deflate.read() !== null);
    return Buffer.concat(this.#parts);
  }
}

/** A control frame; `length` where it is to lie about its length. */
export function controlFrame(
  type: number,
  body: Buffer,
  { version = 3, flags = 0, length = body.length } = {},
): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8000 | version, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(flags * 0x100_0000 + length, 4);
  return Buffer.concat([head, body]);
}

/** A SYN_STREAM around a compressed header block. */
export function synStream(id: number, block: Buffer): Buffer {
  return controlFrame(1, Buffer.concat([uint32(id), uint32(0), Buffer.alloc(2), block]));
}

export function dataFrame(id: number, data: Buffer): Buffer {
  return Buffer.concat([uint32(id), uint32(data.length), data]);
}

export const PING: Buffer = controlFrame(6, uint32(1));
export const GOAWAY: Buffer = controlFrame(7, Buffer.alloc(8));
export const RST_STREAM: Buffer = controlFrame(3, Buffer.concat([uint32(1), uint32(5)]));
export const WINDOW_UPDATE: Buffer = controlFrame(9, Buffer.concat([uint32(1), uint32(1024)]));
export const SETTINGS: Buffer = controlFrame(4, Buffer.concat([uint32(1), uint32(4), uint32(100)]));

/** A masked WebSocket frame. */
export function webSocketFrame(
  payload: Buffer,
  { opcode = 2, isFinal = true, mask = 0x1234_5678, bits = 0, form = 'shortest' as 'shortest' | '16' | '64' } = {},
): Buffer {
  const { length } = payload;
  const is64 = form === '64' || length > 0xffff;
  const is16 = !is64 && (form === '16' || length > 125);
  const extended = Buffer.alloc(is64 ? 8 : is16 ? 2 : 0);
  if (is64) extended.writeBigUInt64BE(BigInt(length));
  else if (is16) extended.writeUInt16BE(length);
  const head = Buffer.from([(isFinal ? 0x80 : 0) | bits | opcode, 0x80 | (is64 ? 127 : is16 ? 126 : length)]);
  const key = uint32(mask);
  return Buffer.concat([head, extended, key, payload.map((byte, i) => byte ^ (key[i % 4] as number))]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
