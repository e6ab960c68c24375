import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { StreamEnd } from '../model/channels.ts';
import type { Permit } from '../model/permit.ts';
import type { MaskedReply } from '../model/reply.ts';
import type { ByteSink, ByteSource } from '../std/byte-source.ts';
import { until } from './until.ts';

const clock = { now: () => 1_000_000, monotonic: () => 0 };
const limited: string[] = [];
const recording = { limited: (reason: string) => void limited.push(reason) };
const permit = { caller: { tokenEndsAt: 1_005_000 } } as Permit;

function stream() {
  const calls: string[] = [];
  let upstream: ByteSink | undefined;
  const body: ByteSource = {
    start(sink) {
      upstream = sink;
    },
    resume() {},
    cancel: (reason) => calls.push(`cancel: ${reason.message}`),
  };
  const end = ({ why, message }: StreamEnd) => {
    calls.push(`${why}: ${message}`);
    upstream?.end([]);
  };
  const reply = until(
    permit,
    clock,
    { kind: 'stream', status: 200, headers: [], body, end } as unknown as MaskedReply,
    recording,
  );
  assert.equal(reply.kind, 'stream');
  reply.body.start({
    write(chunk) {
      calls.push(`write ${chunk.length}`);
      return true;
    },
    end: () => calls.push('end'),
    fail: () => calls.push('fail'),
  });
  return { calls, upstream: upstream as unknown as ByteSink, reply };
}

test('T60: a watch is ended when its caller’s token is', (context: TestContext) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { calls, upstream } = stream();
  upstream.write(Buffer.from('ab'));
  context.mock.timers.tick(4_999);
  assert.deepEqual(calls, ['write 2']);
  context.mock.timers.tick(1);
  assert.deepEqual(calls, ['write 2', 'token: the token ended', 'end']);
  context.mock.timers.tick(10_000);
  assert.equal(calls.length, 3);
});

test('T60: a stream that ended before is not ended again', (context: TestContext) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { calls, upstream } = stream();
  upstream.end([]);
  context.mock.timers.tick(10_000);
  assert.deepEqual(calls, ['end']);
});

test('T60: an exec is ended when its caller’s token ends', (context: TestContext) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const socket = new Duplex({ read() {}, write() {} });
  until(
    permit,
    clock,
    {
      kind: 'duplex',
      status: 101,
      headers: [],
      socket,
      head: Buffer.alloc(0),
      end: () => socket.destroy(),
    } as unknown as MaskedReply,
    recording,
  );
  context.mock.timers.tick(4_999);
  assert.equal(socket.destroyed, false);
  context.mock.timers.tick(1);
  assert.equal(socket.destroyed, true);
  assert.deepEqual(limited, ['the token ended', 'the token ended']);
});
