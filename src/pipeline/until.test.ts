import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { StreamEnd } from '../model/channels.ts';
import type { Permit } from '../model/permit.ts';
import type { MaskedReply } from '../model/reply.ts';
import type { StreamTerms } from '../model/stream-terms.ts';
import type { ByteSink, ByteSource } from '../std/byte-source.ts';
import { until } from './until.ts';

const gateway = { clock: { now: () => 1_000_000, monotonic: () => 0 }, probe: { lifeBehind: () => undefined } };
const limited: string[] = [];
const recording = { limited: (reason: string) => void limited.push(reason) };
const permit = { caller: { tokenEndsAt: 1_005_000 }, decision: {} } as Permit;
const bounded = (stream: StreamTerms) => ({ caller: { tokenEndsAt: 2_000_000 }, decision: { stream } }) as Permit;

function stream(permitted = permit) {
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
    permitted,
    gateway,
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

test('a stream that lives as long as its rule lets it is ended, and its recording says why', (context: TestContext) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  limited.length = 0;
  const { calls } = stream(bounded({ forMaxMs: 60_000 }));
  context.mock.timers.tick(59_999);
  assert.deepEqual(calls, []);
  context.mock.timers.tick(1);
  assert.deepEqual(calls, ['limit: its rule lets a stream live 1m', 'end']);
  assert.deepEqual(limited, ['its rule lets a stream live 1m']);
});

test('a stream in which nothing passes for as long as its rule lets it be silent is ended; one in which something does is not', (context: TestContext) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { calls, upstream } = stream(bounded({ idleMaxMs: 30_000 }));
  for (let n = 0; n < 5; n++) {
    upstream.write(Buffer.from('x'));
    context.mock.timers.tick(30_000);
  }
  assert.deepEqual(
    calls,
    Array.from({ length: 5 }, () => 'write 1'),
  );
  context.mock.timers.tick(30_000);
  assert.deepEqual(calls.slice(5), ['limit: nothing passed for 30s', 'end']);
  context.mock.timers.tick(300_000);
  assert.equal(calls.length, 7);
});

test('what is typed keeps an exec from being silent', (context: TestContext) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  limited.length = 0;
  const socket = Object.assign(new Duplex({ read() {}, write() {} }), { bytesRead: 0, bytesWritten: 0 });
  const reply = {
    kind: 'duplex',
    status: 101,
    headers: [],
    socket,
    head: Buffer.alloc(0),
    end: () => socket.destroy(),
  };
  until(bounded({ idleMaxMs: 10_000 }), gateway, reply as unknown as MaskedReply, recording);
  for (const count of ['bytesRead', 'bytesWritten'] as const) {
    socket[count] += 1;
    context.mock.timers.tick(10_000);
    assert.equal(socket.destroyed, false);
  }
  context.mock.timers.tick(10_000);
  assert.equal(socket.destroyed, true);
  assert.deepEqual(limited, ['nothing passed for 10s']);
});

test('T60: an exec is ended when its caller’s token ends', (context: TestContext) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  limited.length = 0;
  const socket = new Duplex({ read() {}, write() {} });
  until(
    permit,
    gateway,
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
  assert.deepEqual(limited, ['the token ended']);
});
