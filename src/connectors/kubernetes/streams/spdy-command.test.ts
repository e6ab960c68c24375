import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fc } from '../../../../test/support/property.ts';
import {
  dataFrame,
  HeaderCompressor,
  type HeaderPairs,
  headerBlock,
  RST_STREAM,
  SETTINGS,
  synStream,
} from '../../../../test/support/spdy-client.ts';
import type { TapFor } from '../../../model/channels.ts';
import { Refusal } from '../../../model/refusal.ts';
import { spdyData } from './frames.ts';
import { goodbyeOf } from './goodbye.ts';
import { Passing } from './passing.ts';
import { SpdyLane } from './spdy-lane.ts';
import { SpdyStreams } from './spdy-streams.ts';
import { Taps } from './taps.ts';

const [ERROR, STDIN, STDOUT] = [1, 3, 5];
const GOODBYE = goodbyeOf({ why: 'access', message: 'its grant ended' }, true);

/** Both directions of a command, its streams opened as kubectl opens them, and answered. */
async function command(tapFor?: TapFor, types: readonly string[] = ['error', 'stdin', 'stdout'], isReplied = true) {
  const taps = new Taps();
  if (tapFor !== undefined) taps.attach(tapFor);
  const streams = new SpdyStreams({ kind: 'command' }, taps);
  const [client, upstream] = [new SpdyLane('client', 'spdy', streams), new SpdyLane('upstream', 'spdy', streams)];
  const compressor = new HeaderCompressor();
  for (const [i, type] of types.entries()) {
    const headers: HeaderPairs = [['streamtype', type]];
    client.take(synStream(2 * i + 1, await compressor.block(headerBlock(headers))), new Passing());
    if (isReplied) upstream.take(reply(2 * i + 1), new Passing());
  }
  const passed = (lane: SpdyLane, ...chunks: Buffer[]) => {
    const out = new Passing();
    for (const chunk of chunks) lane.take(Buffer.from(chunk), out);
    return Buffer.concat(out.list);
  };
  return { client, upstream, passed };
}

function reply(id: number): Buffer {
  const frame = Buffer.alloc(12);
  frame.writeUInt32BE(0x8003_0002);
  frame.writeUInt32BE(4, 4);
  frame.writeUInt32BE(id, 8);
  return frame;
}

/** Keeps all back until the end, and turns it to capitals. */
const shouting: TapFor = ({ name, direction }) => {
  if (name !== 'stdout' || direction !== 'toCaller') return undefined;
  const kept: Buffer[] = [];
  return {
    kind: 'editor',
    write(chunk) {
      kept.push(Buffer.from(chunk));
      return Buffer.alloc(0);
    },
    end: () => Buffer.from(Buffer.concat(kept).toString().toUpperCase()),
  };
};

suite('T53: output over SPDY is edited in frames of its own', () => {
  test('and the rest goes before its end, its reset, or the end of all', async () => {
    const { upstream, passed } = await command(shouting);
    const other = dataFrame(ERROR, Buffer.from('{}'));
    assert.deepEqual(passed(upstream, dataFrame(STDOUT, Buffer.from('ab')), other), other);
    assert.deepEqual(
      passed(upstream, spdyData(STDOUT, Buffer.from('c'), true)),
      spdyData(STDOUT, Buffer.from('ABC'), true),
    );

    const reset = Buffer.from(RST_STREAM);
    reset.writeUInt32BE(STDOUT, 8);
    const second = await command(shouting);
    second.passed(second.upstream, dataFrame(STDOUT, Buffer.from('ab')));
    const expected = Buffer.concat([dataFrame(STDOUT, Buffer.from('AB')), reset]);
    assert.deepEqual(second.passed(second.upstream, reset), expected);

    const third = await command(shouting);
    third.passed(third.upstream, dataFrame(STDOUT, Buffer.from('ab')));
    const out = new Passing();
    third.upstream.end(out);
    assert.deepEqual(Buffer.concat(out.list), dataFrame(STDOUT, Buffer.from('AB')));
  });

  test('however it is cut', async () => {
    const bytes = Buffer.concat([
      SETTINGS,
      dataFrame(STDOUT, Buffer.from('a'.repeat(99))),
      spdyData(STDOUT, Buffer.from('b'), true),
    ]);
    const expected = Buffer.concat([SETTINGS, spdyData(STDOUT, Buffer.from(`${'A'.repeat(99)}B`), true)]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (size) => {
        const { upstream, passed } = await command(shouting);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        assert.deepEqual(passed(upstream, ...chunks), expected);
      }),
    );
  });

  test('what is seen alone passes as it came', async () => {
    let seen = '';
    const { client, passed } = await command(({ name, direction }) =>
      name === 'stdin' && direction === 'toUpstream'
        ? {
            kind: 'observer',
            see(chunk) {
              seen += chunk;
            },
            end() {
              seen += '.';
            },
          }
        : undefined,
    );
    const bytes = Buffer.concat([dataFrame(STDIN, Buffer.from('to be ')), spdyData(STDIN, Buffer.from('seen'), true)]);
    assert.deepEqual(passed(client, bytes.subarray(0, 11), bytes.subarray(11)), bytes);
    assert.equal(seen, 'to be seen.');
  });
});

suite('T82: a goodbye over SPDY', () => {
  test('is a failed Status on the error stream, which ends with it', async () => {
    const { upstream, passed } = await command();
    passed(upstream, dataFrame(STDOUT, Buffer.from('x')));
    const bytes = upstream.goodbye(GOODBYE) as Buffer;
    assert.deepEqual(bytes, spdyData(ERROR, GOODBYE.status, true));
    assert.equal(JSON.parse(bytes.subarray(8).toString()).status, 'Failure');
  });

  test('adds nothing to a status of the program’s own', async () => {
    const { upstream, passed } = await command();
    passed(upstream, dataFrame(ERROR, Buffer.from('{"status":"Success"}')));
    assert.deepEqual(upstream.goodbye(GOODBYE), spdyData(ERROR, Buffer.alloc(0), true));
  });

  test('waits for the frame that is under way, and for the answer to the opening', async () => {
    const { upstream, passed } = await command();
    const frame = dataFrame(STDOUT, Buffer.from('hello'));
    passed(upstream, frame.subarray(0, 4));
    assert.ok(upstream.goodbye(GOODBYE), 'what is held does not count');
    passed(upstream, frame.subarray(4, 10));
    assert.equal(upstream.goodbye(GOODBYE), undefined);
    passed(upstream, frame.subarray(10));
    assert.ok(upstream.goodbye(GOODBYE));
    const early = await command(undefined, ['error'], false);
    assert.equal(early.upstream.goodbye(GOODBYE), undefined);
  });

  test('before version 4 is a text', () => {
    const goodbye = goodbyeOf({ why: 'token', message: 'the token ended' }, false);
    assert.equal(String(goodbye.status), 'ended by the gateway: the token ended');
  });
});

suite('T39: streams that a command does not have, or has already, are refused', () => {
  for (const types of [['stdin', 'stdin'], ['error', 'stdout', 'stdout'], ['other'], ['']] as const)
    test(types.join(', '), () =>
      assert.rejects(
        command(undefined, types),
        (error) => error instanceof Refusal && error.code === 'REQUEST_MALFORMED',
      ),
    );

  test('data of a stream that nobody opened is cut, so that nothing passes unseen', async () => {
    const { upstream, passed } = await command();
    assert.throws(() => passed(upstream, dataFrame(9, Buffer.from('x'))), { code: 'OUTCOME_UNKNOWN' });
  });
});
