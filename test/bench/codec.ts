/*
 * What reading an exec costs, without sockets, TLS and the rest of the gateway: the lanes of the codec alone, with nobody listening and with an observer on each channel, as a
 * recording has. Beside them the same chunks through a lane that reads nothing, which is what a bare proxy does with them.
 */
import process from 'node:process';
import { webSocketMessage } from '../../src/connectors/kubernetes/streams/frames.ts';
import { MessageLane } from '../../src/connectors/kubernetes/streams/message-lane.ts';
import { Passing } from '../../src/connectors/kubernetes/streams/passing.ts';
import { Taps } from '../../src/connectors/kubernetes/streams/taps.ts';
import { median } from './figures.ts';

/** One figure: what passes in a second of processor time. */
export interface CodecRow {
  readonly what: string;
  readonly megabytes: number;
}

const bytesOfStream = 256 * 1024 * 1024;
const chunkBytes = 64 * 1024;
const rounds = 5;

/** The rows: output of a command in messages as containerd makes them, 32 KiB, and as small as a program's lines are. */
export function measureCodec(): readonly CodecRow[] {
  return [32 * 1024, 100].flatMap((messageBytes) => {
    const stream = streamOf(messageBytes);
    const share = messageBytes === 100 ? 16 : 1;
    const repeats = bytesOfStream / share / stream.length;
    const row = (what: string, takerOf: () => (chunk: Buffer) => void) => ({
      what: `output in messages of ${messageBytes} bytes, ${what}`,
      // The first round does not count: V8 compiles meanwhile.
      megabytes: median(Array.from({ length: rounds + 1 }, () => rateOf(stream, repeats, takerOf())).slice(1)),
    });
    return [
      row('not read', () => (chunk) => {
        const out = new Passing();
        out.pass(chunk, 0, chunk.length);
      }),
      row('read', () => laneOf(new Taps())),
      row('read, with an observer', () => laneOf(observed())),
    ];
  });
}

function laneOf(taps: Taps): (chunk: Buffer) => void {
  const lane = new MessageLane(
    'upstream',
    { isBase64: false, hasCloseSignal: true, purpose: { kind: 'command' } },
    taps,
  );
  return (chunk) => lane.take(chunk, new Passing());
}

function observed(): Taps {
  const taps = new Taps();
  taps.attach(() => ({ kind: 'observer', see() {}, end() {} }));
  return taps;
}

function rateOf(stream: Buffer, repeats: number, take: (chunk: Buffer) => void): number {
  const before = process.cpuUsage();
  let bytes = 0;
  for (let i = 0; i < repeats; i++) {
    for (let at = 0; at < stream.length; at += chunkBytes) take(stream.subarray(at, at + chunkBytes));
    bytes += stream.length;
  }
  const { user, system } = process.cpuUsage(before);
  return bytes / (user + system);
}

/** Some megabytes of whole messages on stdout. */
function streamOf(messageBytes: number): Buffer {
  const message = webSocketMessage('upstream', Buffer.concat([Buffer.of(1), Buffer.alloc(messageBytes, 'x')]));
  return Buffer.concat(Array.from({ length: Math.ceil((4 * 1024 * 1024) / message.length) }, () => message));
}
