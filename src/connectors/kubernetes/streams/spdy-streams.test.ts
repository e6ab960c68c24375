import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as spdy from '../../../../test/support/spdy-client.ts';
import { SpdyStreams } from './spdy-streams.ts';
import { STREAM_LIMITS } from './stream-limits.ts';
import { Taps } from './taps.ts';

const { streamsMax } = STREAM_LIMITS;

/** A port-forward, and what opens its next stream and gives its number. */
function forwarded() {
  const streams = new SpdyStreams({ kind: 'portforward', judge() {} }, new Taps());
  const compressor = new spdy.HeaderCompressor();
  let last = -1;
  const open = async () => {
    last += 2;
    const headers = spdy.portHeaders(80, last % 4 === 1 ? 'error' : 'data', String(last >> 2));
    streams.open(last, await compressor.block(spdy.headerBlock(headers)), false);
    return last;
  };
  return { streams, open };
}

const count = (streams: SpdyStreams) => [...streams.all].length;

suite('T64: what is known of the streams of a port-forward has a bound', () => {
  test('of streams that nobody ends, one too many is refused', async () => {
    const { streams, open } = forwarded();
    for (let i = 0; i < streamsMax; i++) await open();
    await assert.rejects(open, {
      code: 'REQUEST_MALFORMED',
      message: `a port-forward has more than ${streamsMax} streams open`,
    });
    assert.equal(count(streams), streamsMax);
  });

  test('streams that both sides end leave room for others', async () => {
    const { streams, open } = forwarded();
    for (let i = 0; i <= streamsMax; i++) {
      const stream = streams.get(await open());
      assert.ok(stream !== undefined);
      stream.isClientDone = true;
      stream.isUpstreamDone = true;
      streams.forget(stream);
    }
    assert.equal(count(streams), 0);
  });
});
