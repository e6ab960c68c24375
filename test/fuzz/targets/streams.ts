import assert from 'node:assert/strict';
import { MessageLane } from '../../../src/connectors/kubernetes/streams/message-lane.ts';
import { Passing } from '../../../src/connectors/kubernetes/streams/passing.ts';
import type { Side } from '../../../src/connectors/kubernetes/streams/side.ts';
import { SpdyLane } from '../../../src/connectors/kubernetes/streams/spdy-lane.ts';
import { SpdyStreams } from '../../../src/connectors/kubernetes/streams/spdy-streams.ts';
import { Taps } from '../../../src/connectors/kubernetes/streams/taps.ts';
import { Refusal } from '../../../src/model/refusal.ts';
import * as spdy from '../../support/spdy-client.ts';
import type { FuzzTarget } from '../target.ts';

/*
 * The first byte says which reader, and how the rest is cut. Laws: what passes is a beginning of what came, byte for byte, and all of it where nothing was
 * refused but for what is held; what passes and what is seen do not hang on how it was cut; an editor that changes nothing changes nothing that is seen.
 */
const READERS = ['spdy', 'tunnel', 'v5', 'base64'] as const;
type Reader = (typeof READERS)[number];

const compressor = new spdy.HeaderCompressor();
const openings: Buffer[] = [];
for (const [i, type] of ['error', 'stdin', 'stdout'].entries())
  openings.push(
    spdy.synStream(
      2 * i + 1,
      await compressor.block(
        spdy.headerBlock([
          ['streamtype', type],
          ['port', '80'],
        ]),
      ),
    ),
  );
const SPDY = Buffer.concat([...openings, spdy.dataFrame(3, Buffer.from('input')), spdy.PING, spdy.SETTINGS]);
const UPSTREAM = Buffer.concat([spdy.SETTINGS, spdy.WINDOW_UPDATE, spdy.PING, spdy.GOAWAY]);
const message = (channel: number, text: string) =>
  spdy.webSocketFrame(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));

function input(reader: Reader, side: Side, bytes: Buffer): string {
  const kind = READERS.indexOf(reader) * 2 + (side === 'client' ? 0 : 1);
  return Buffer.concat([Buffer.from([kind + 8 * 5]), bytes]).toString('latin1');
}

interface Read {
  readonly passed: Buffer;
  readonly seen: Readonly<Record<string, string>>;
  readonly cut: string;
}

function read(reader: Reader, side: Side, chunks: readonly Buffer[], isEdited: boolean, isBroken: boolean): Read {
  const taps = new Taps();
  const seen: Record<string, string> = {};
  if (isEdited && reader !== 'tunnel')
    taps.attach(() => ({ kind: 'editor', write: (chunk) => Buffer.from(chunk), end: () => Buffer.alloc(0) }));
  taps.attach(({ name }) => ({
    kind: 'observer',
    see(chunk) {
      seen[name] = (seen[name] ?? '') + chunk.toString('latin1');
    },
    end() {},
  }));
  const lane =
    reader === 'spdy' || reader === 'tunnel'
      ? new SpdyLane(
          side,
          reader,
          new SpdyStreams(reader === 'spdy' ? { kind: 'command' } : { kind: 'portforward', judge() {} }, taps),
        )
      : new MessageLane(
          side,
          { isBase64: reader === 'base64', hasCloseSignal: reader === 'v5', purpose: { kind: 'command' } },
          taps,
        );
  const out = new Passing();
  try {
    for (const chunk of chunks) lane.take(Buffer.from(isBroken && chunk.length === 1 ? Buffer.alloc(1) : chunk), out);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { passed: Buffer.concat(out.list), seen, cut: error.code };
  }
  return { passed: Buffer.concat(out.list), seen, cut: '' };
}

function chunksOf(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

function run(bytes: Buffer, isBroken: boolean): string {
  const first = bytes[0] ?? 0;
  const reader = READERS[(first >> 1) & 3] as Reader;
  const side: Side = (first & 1) === 0 ? 'client' : 'upstream';
  const rest = bytes.subarray(1);
  const once = read(reader, side, [rest], false, false);
  const often = read(reader, side, chunksOf(rest, 1 + (first >> 3)), false, isBroken);
  const edited = read(reader, side, chunksOf(rest, 1 + (first >> 3)), true, false);
  assert.deepEqual(once.passed, rest.subarray(0, once.passed.length), 'what passed is not what came');
  // What is no base64 is found where it comes, behind what has passed.
  if (reader !== 'base64' || once.cut === '') assert.deepEqual(often, once, 'it hangs on how it was cut');
  else assert.equal(often.cut, once.cut, 'it hangs on how it was cut');
  assert.equal(edited.cut, once.cut, 'an editor changes what is refused');
  assert.deepEqual(edited.seen, often.seen, 'an editor that changes nothing changes what is seen');
  return `${reader} ${side} ${once.cut} ${Object.keys(once.seen).join()}`;
}

/** What reads the streams of exec, attach and port-forward, both directions of every protocol. */
export const target: FuzzTarget = {
  name: 'streams',
  corpus: [
    input('spdy', 'client', SPDY),
    input('spdy', 'upstream', UPSTREAM),
    input('tunnel', 'client', spdy.webSocketFrame(SPDY)),
    input(
      'tunnel',
      'client',
      Buffer.concat([SPDY.subarray(0, 20), SPDY.subarray(20)].map((part) => spdy.webSocketFrame(part))),
    ),
    input('tunnel', 'upstream', Buffer.concat([Buffer.from([0x82, UPSTREAM.length]), UPSTREAM])),
    input('v5', 'client', Buffer.concat([message(0, 'in'), message(4, '{"Width":1}'), message(255, '\0')])),
    input(
      'v5',
      'upstream',
      Buffer.from('\x82\x01\x01\x82\x03\x01ok\x82\x03\x02no\x82\x03\x03{}\x88\x02\x03\xe8', 'latin1'),
    ),
    input('v5', 'upstream', Buffer.from('\x02\x02\x01o\x89\x01p\x80\x01k', 'latin1')),
    input('base64', 'upstream', Buffer.from('\x81\x05\x31b2s=\x81\x05\x32bm8=', 'latin1')),
    input('base64', 'client', spdy.webSocketFrame(Buffer.from('0aW4='), { opcode: 1 })),
  ],
  dictionary: [
    '\x80\x03\x00\x01',
    '\x80\x03\x00\x03',
    '\x00\x00\x00\x05',
    '\x00\x00\xff\xff',
    '\x82\x7e\x00',
    '\x88\x00',
    '\x89\x00',
    '\xff\x00',
    '\x02\x00',
  ],
  check: (bytes) => run(bytes, false),
  canary: (bytes) => run(bytes, true),
};
