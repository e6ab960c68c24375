/*
 * Frames that the gateway itself writes: to who is edited for, and to say goodbye.
 */

import type { Side } from './side.ts';
import { BINARY, CLOSE } from './websocket-frames.ts';

const FIN = 0x01;
/** Limit of the format: 24 bits of length. */
const DATA_BYTES_MAX = 0x00ff_ffff;

/** One WebSocket message, as the side writes it; a client's is masked with zeros, which change nothing. */
export function webSocketMessage(side: Side, payload: Buffer, opcode: number = BINARY): Buffer {
  const { length } = payload;
  const isMasked = side === 'client';
  const extended = length > 0xffff ? 8 : length > 125 ? 2 : 0;
  const head = Buffer.alloc(2 + extended + (isMasked ? 4 : 0));
  head[0] = 0x80 | opcode;
  head[1] = (isMasked ? 0x80 : 0) | (extended === 8 ? 127 : extended === 2 ? 126 : length);
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
  else if (extended === 2) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

/** Limit of the format: what a control frame holds, less the code. */
const CLOSE_REASON_BYTES_MAX = 123;

/** A close with its code and reason; what of the reason does not fit is left out. */
export function webSocketClose(side: Side, code: number, reason: string): Buffer {
  let text = reason;
  while (Buffer.byteLength(text) > CLOSE_REASON_BYTES_MAX) text = text.slice(0, -1);
  const payload = Buffer.alloc(2 + Buffer.byteLength(text));
  payload.writeUInt16BE(code);
  payload.write(text, 2);
  return webSocketMessage(side, payload, CLOSE);
}

/** Data of a SPDY stream, in as many frames as it takes; `isLast` ends the stream. */
export function spdyData(id: number, data: Buffer, isLast = false): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < data.length || (at === 0 && isLast); at += DATA_BYTES_MAX) {
    const part = data.subarray(at, at + DATA_BYTES_MAX);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(id);
    head.writeUInt32BE((isLast && at + DATA_BYTES_MAX >= data.length ? FIN * 0x100_0000 : 0) + part.length, 4);
    frames.push(head, part);
  }
  return Buffer.concat(frames);
}
