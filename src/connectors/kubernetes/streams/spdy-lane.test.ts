import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fc } from '../../../../test/support/property.ts';
import * as spdy from '../../../../test/support/spdy-client.ts';
import { Refusal } from '../../../model/refusal.ts';
import { Passing } from './passing.ts';
import { SpdyLane } from './spdy-lane.ts';
import { SpdyStreams } from './spdy-streams.ts';
import { Taps } from './taps.ts';

/** Allows 80 alone, or all but 22. */
const ONLY_80 = (port: number) => refuseUnless(port === 80, port);
const NOT_22 = (port: number) => refuseUnless(port !== 22, port);

function refuseUnless(isAllowed: boolean, port: number): void {
  if (!isAllowed) throw new Refusal('DENIED_BY_RULE', `it opens port ${port}, which is not allowed`);
}

/** What came through of bytes that are cut so, and what cut them. */
async function through(
  protocol: 'spdy' | 'tunnel',
  chunks: readonly Buffer[],
  judge = ONLY_80,
): Promise<{ readonly passed: Buffer; readonly cut: string }> {
  const lane = new SpdyLane('client', protocol, new SpdyStreams({ kind: 'portforward', judge }, new Taps()));
  const passed = new Passing();
  let cut = '';
  for (const chunk of chunks) {
    try {
      lane.take(Buffer.from(chunk), passed);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      cut = `${error.code}: ${error.message}`;
      break;
    }
  }
  return { passed: Buffer.concat(passed.list), cut };
}

function chunksOf(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? 1 : (sizes[i % sizes.length] as number);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

type Sent = { readonly open: number } | { readonly frame: Buffer };

/** The frames in their order, the streams among them with their headers compressed as one client compresses them. */
async function written(sent: readonly Sent[]): Promise<readonly Buffer[]> {
  const compressor = new spdy.HeaderCompressor();
  const frames: Buffer[] = [];
  for (const each of sent) {
    if ('frame' in each) frames.push(each.frame);
    else
      frames.push(
        spdy.synStream(2 * frames.length + 1, await compressor.block(spdy.headerBlock(spdy.portHeaders(each.open)))),
      );
  }
  return frames;
}

/** In WebSocket messages: fragments of these sizes, with pings and pongs between them. */
function tunnelled(bytes: Buffer, sizes: readonly number[], fragments: number): Buffer {
  return Buffer.concat(
    chunksOf(bytes, sizes).flatMap((payload, i, all) => [
      spdy.webSocketFrame(payload, {
        opcode: i % fragments === 0 ? 2 : 0,
        isFinal: i % fragments === fragments - 1 || i === all.length - 1,
        mask: (i * 0x9e37_79b1) >>> 0,
      }),
      ...(i % 3 === 0 ? [spdy.webSocketFrame(Buffer.from('ping'), { opcode: 9 })] : []),
      ...(i % 5 === 0 ? [spdy.webSocketFrame(Buffer.alloc(0), { opcode: 10 })] : []),
    ]),
  );
}

const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
const control = fc
  .constantFrom(spdy.PING, spdy.SETTINGS, spdy.WINDOW_UPDATE, spdy.RST_STREAM, spdy.GOAWAY)
  .map((frame): Sent => ({ frame }));
const data = fc.uint8Array({ maxLength: 400 }).map((bytes): Sent => ({ frame: spdy.dataFrame(1, Buffer.from(bytes)) }));
const sending = (port: number) =>
  fc.array(fc.oneof(control, data, fc.constant<Sent>({ open: port })), { minLength: 1, maxLength: 12 });

suite('T38: what passes is what came, however it was cut', () => {
  test('SPDY', async () => {
    await fc.assert(
      fc.asyncProperty(sending(80), sizes, async (sent, cuts) => {
        const bytes = Buffer.concat(await written(sent));
        const { passed, cut } = await through('spdy', chunksOf(bytes, cuts));
        assert.equal(cut, '');
        assert.deepEqual(passed, bytes);
      }),
    );
  });

  test('SPDY in a WebSocket', async () => {
    await fc.assert(
      fc.asyncProperty(
        sending(80),
        sizes,
        sizes,
        fc.integer({ min: 1, max: 4 }),
        async (sent, cuts, frames, fragments) => {
          const bytes = tunnelled(Buffer.concat(await written(sent)), frames, fragments);
          const { passed, cut } = await through('tunnel', chunksOf(bytes, cuts));
          assert.equal(cut, '');
          assert.deepEqual(passed, bytes);
        },
      ),
    );
  });

  test('lengths of 16 and 64 bits', async () => {
    for (const length of [125, 126, 65_535, 65_536, 200_000]) {
      const bytes = spdy.webSocketFrame(spdy.dataFrame(1, Buffer.alloc(length - 8, 'x')));
      assert.deepEqual((await through('tunnel', chunksOf(bytes, [1000]))).passed, bytes);
      assert.deepEqual((await through('tunnel', chunksOf(bytes.subarray(0, 300), []))).passed, bytes.subarray(0, 300));
    }
  });
});

suite('T41: nothing of a stream for a port that is not allowed passes, however it was cut', () => {
  test('SPDY', async () => {
    await fc.assert(
      fc.asyncProperty(sending(80), sending(80), sizes, async (before, after, cuts) => {
        const allowed = Buffer.concat(await written(before));
        const bytes = Buffer.concat(await written([...before, { open: 22 }, ...after]));
        const { passed, cut } = await through('spdy', chunksOf(bytes, cuts));
        assert.match(cut, /^DENIED_BY_RULE: .* port 22,/);
        assert.deepEqual(passed, allowed);
      }),
    );
  });

  test('SPDY in a WebSocket: which bytes pass depends on the bytes alone', async () => {
    await fc.assert(
      fc.asyncProperty(sending(80), sizes, sizes, async (before, cuts, frames) => {
        const inner = Buffer.concat(await written([...before, { open: 22 }]));
        const allowedBytes = Buffer.concat(await written(before)).length;
        const bytes = tunnelled(inner, frames, 3);
        const [once, often] = [await through('tunnel', [bytes]), await through('tunnel', chunksOf(bytes, cuts))];
        assert.deepEqual(often, once);
        assert.match(once.cut, /^DENIED_BY_RULE/);
        assert.deepEqual(once.passed, bytes.subarray(0, once.passed.length));
        // Of the messages, exactly what was sent before came through.
        const payload = (upTo: Buffer) => through('spdy', [upTo]).then(({ passed }) => passed.length);
        assert.equal(payloadBytes(once.passed), await payload(inner.subarray(0, allowedBytes)));
      }),
    );
  });

  test('all ports but one', async () => {
    const frames = await written([{ open: 80 }, { open: 8080 }, { open: 22 }]);
    const { cut, passed } = await through('spdy', [Buffer.concat(frames)], NOT_22);
    assert.equal(cut, 'DENIED_BY_RULE: it opens port 22, which is not allowed');
    assert.deepEqual(passed, Buffer.concat(frames.slice(0, 2)));
  });
});

/** How many bytes of messages these whole and partial frames hold; pings and pongs are not counted. */
function payloadBytes(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at + 6 <= bytes.length; ) {
    const short = (bytes[at + 1] as number) & 0x7f;
    const [length, head] = short === 126 ? [bytes.readUInt16BE(at + 2), 8] : [short, 6];
    const isControl = ((bytes[at] as number) & 0x08) !== 0;
    if (!isControl) count += Math.max(0, Math.min(length, bytes.length - at - head));
    at += head + length;
  }
  return count;
}

/** Frames that no client of port-forward writes, or that two readers could read two ways. */
const MALFORMED: readonly (readonly [name: string, frame: Buffer])[] = [
  ['version 2', spdy.controlFrame(6, spdy.uint32(1), { version: 2 })],
  ['a kind that there is not', spdy.controlFrame(5, Buffer.alloc(4))],
  ['CREDENTIAL', spdy.controlFrame(10, Buffer.alloc(4))],
  ['SYN_REPLY', spdy.controlFrame(2, Buffer.alloc(8))],
  ['HEADERS', spdy.controlFrame(8, Buffer.alloc(8))],
  ['a PING with something behind it', spdy.controlFrame(6, Buffer.alloc(12))],
  ['a RST_STREAM with something behind it', spdy.controlFrame(3, Buffer.alloc(16))],
  ['a GOAWAY that is short', spdy.controlFrame(7, Buffer.alloc(4))],
  ['a WINDOW_UPDATE with something behind it', spdy.controlFrame(9, Buffer.alloc(20))],
  ['SETTINGS with fewer than it says', spdy.controlFrame(4, spdy.uint32(1))],
  ['SETTINGS with more than it says', spdy.controlFrame(4, Buffer.alloc(12))],
  ['a SYN_STREAM without headers', spdy.controlFrame(1, Buffer.alloc(10))],
  ['a SYN_STREAM that is too short', spdy.controlFrame(1, Buffer.alloc(4))],
  ['a long frame', spdy.controlFrame(1, Buffer.alloc(10), { length: 0x00ff_ffff })],
  ['data of no stream', spdy.dataFrame(0, Buffer.from('x'))],
];

/** Headers of a stream, and a port that the API server would read out of some of them. */
const HEADERS: readonly (readonly [name: string, headers: spdy.HeaderPairs])[] = [
  ['no port', [['streamtype', 'data']]],
  ['a port twice', [...spdy.portHeaders(80), ['port', '22']]],
  ['two ports in one', spdy.portHeaders('80\0' + '22')],
  ['port 0', spdy.portHeaders(0)],
  ['a port above 65535', spdy.portHeaders(65_616)],
  ['a port with a sign', spdy.portHeaders('+80')],
  ['a port with a zero before it', spdy.portHeaders('080')],
  ['a port in hexadecimal', spdy.portHeaders('0x50')],
  ['a port with a space', spdy.portHeaders('80 ')],
];

suite('T41: what could be read two ways is cut, and nothing of it passes', () => {
  for (const [name, frame] of MALFORMED) {
    test(name, async () => {
      const { passed, cut } = await through('spdy', [Buffer.concat([spdy.PING, frame, spdy.PING])]);
      assert.match(cut, /^REQUEST_MALFORMED: /);
      assert.deepEqual(passed, spdy.PING);
    });
  }
  for (const [name, headers] of HEADERS) {
    test(name, async () => {
      const block = await new spdy.HeaderCompressor().block(spdy.headerBlock(headers));
      const { passed, cut } = await through('spdy', [spdy.PING, spdy.synStream(1, block)], NOT_22);
      assert.match(cut, /^REQUEST_MALFORMED: /);
      assert.deepEqual(passed, spdy.PING);
    });
  }
});

const PAYLOAD = spdy.PING;
const FRAMES: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['a text frame', spdy.webSocketFrame(PAYLOAD, { opcode: 1 })],
  ['a continuation of nothing', spdy.webSocketFrame(PAYLOAD, { opcode: 0 })],
  ['a reserved opcode', spdy.webSocketFrame(PAYLOAD, { opcode: 3 })],
  ['a reserved control opcode', spdy.webSocketFrame(PAYLOAD, { opcode: 11 })],
  ['a compressed frame', spdy.webSocketFrame(PAYLOAD, { bits: 0x40 })],
  ['a frame that is not masked', Buffer.concat([Buffer.from([0x82, PAYLOAD.length]), PAYLOAD])],
  ['a fragmented ping', spdy.webSocketFrame(Buffer.from('x'), { opcode: 9, isFinal: false })],
  ['a long ping', spdy.webSocketFrame(Buffer.alloc(126), { opcode: 9 })],
  ['a length in 16 bits that fits into 7', spdy.webSocketFrame(PAYLOAD, { form: '16' })],
  ['a length in 64 bits that fits into 16', spdy.webSocketFrame(PAYLOAD, { form: '64' })],
  [
    'a message inside of a message',
    Buffer.concat([spdy.webSocketFrame(Buffer.alloc(0), { isFinal: false }), spdy.webSocketFrame(PAYLOAD)]),
  ],
];

suite('T38: WebSocket frames that servers read differently are cut', () => {
  for (const [name, bytes] of FRAMES) {
    test(name, async () => {
      const [whole, cut] = [await through('tunnel', [bytes]), await through('tunnel', chunksOf(bytes, []))];
      assert.match(whole.cut, /^REQUEST_MALFORMED: /);
      assert.deepEqual(cut, whole);
      assert.equal(payloadBytes(whole.passed), 0);
    });
  }

  test('a length beyond what can be counted', async () => {
    const head = Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
    assert.match((await through('tunnel', [head])).cut, /^REQUEST_MALFORMED: /);
  });

  test('a stream opened in ever so small frames is cut before much is held', async () => {
    const start = spdy.webSocketFrame(spdy.controlFrame(1, Buffer.alloc(0), { length: 100 }), { isFinal: false });
    const empty = Buffer.concat(
      Array.from({ length: 50_000 }, () => spdy.webSocketFrame(Buffer.alloc(0), { opcode: 0, isFinal: false })),
    );
    const { cut, passed } = await through('tunnel', [start, empty]);
    assert.equal(cut, 'REQUEST_MALFORMED: a frame that opens a stream takes more than 262144 bytes');
    assert.equal(payloadBytes(passed), 0);
  });
});
