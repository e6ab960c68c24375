import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { StreamEnd } from '../../../model/channels.ts';
import type { ByteSink, ByteSource } from '../../../std/byte-source.ts';
import { endableWatch } from './watch-source.ts';

const JSON_TYPE = ['Content-Type', 'application/json'];
const PROTOBUF = ['content-type', 'application/vnd.kubernetes.protobuf;stream=watch'];
const TOKEN: StreamEnd = { why: 'token', message: 'the token ended' };
const ACCESS: StreamEnd = { why: 'access', message: 'its grant ended' };

/** A watch, and what came of it. */
function watch(headers: readonly string[]) {
  const calls: string[] = [];
  let upstream: ByteSink | undefined;
  const body: ByteSource = {
    start(sink) {
      upstream = sink;
    },
    resume() {},
    cancel: () => void calls.push('upstream is let go'),
  };
  const reply = endableWatch({
    kind: 'stream',
    status: 200,
    headers,
    body,
    end({ message }) {
      calls.push('cut');
      upstream?.fail(new Error(message));
    },
  });
  const bytes: Buffer[] = [];
  const start = () =>
    reply.body.start({
      write(chunk) {
        bytes.push(Buffer.from(chunk));
        calls.push(`write ${Buffer.from(chunk).toString('latin1')}`);
        return true;
      },
      end: () => calls.push('end'),
      fail: (error) => calls.push(`fail: ${error.message}`),
    });
  return { calls, bytes, reply, start, write: (text: string) => upstream?.write(Buffer.from(text, 'latin1')) };
}

const IN_ORDER = ['upstream is let go', 'end'];
const EVENT = '\0\0\0\x02ab';
const ROWS: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
  ['between two events of JSON: at once', JSON_TYPE, ['{1}\n', '!', '{2}\n'], ['write {1}\n', ...IN_ORDER]],
  ['in the middle of one: behind it', JSON_TYPE, ['{1', '!', '}\n{2}'], ['write {1', 'write }\n', ...IN_ORDER]],
  ['in one of three pieces', JSON_TYPE, ['{', '!', '1', '}\n'], ['write {', 'write 1', 'write }\n', ...IN_ORDER]],
  ['before anything came: at once', JSON_TYPE, ['!', '{'], IN_ORDER],
  ['between two events of protobuf: at once', PROTOBUF, [EVENT, '!', EVENT], [`write ${EVENT}`, ...IN_ORDER]],
  ['in the middle of one: behind it', PROTOBUF, ['\0\0', '!', `\0\x02ab${EVENT}`], ['write \0\0', 'write \0\x02ab', ...IN_ORDER]],
  ['in another encoding: it is cut', ['Content-Type', 'application/cbor-seq'], ['x', '!'], ['write x', 'cut', 'fail: the token ended']],
  ['that is compressed: it is cut', [...JSON_TYPE, 'Content-Encoding', 'gzip'], ['\n', '!'], ['write \n', 'cut', 'fail: the token ended']],
]; // biome-ignore format: a table

suite('T82: a watch that is ended with its token', () => {
  for (const [name, headers, pieces, expected] of ROWS)
    test(name, () => {
      const { calls, reply, start, write } = watch(headers);
      start();
      for (const piece of pieces) {
        if (piece === '!') reply.end(TOKEN);
        else write(piece);
      }
      reply.end(TOKEN);
      assert.deepEqual(calls, expected);
    });

  test('before its caller takes it, is one without events', () => {
    const { calls, reply, start } = watch(JSON_TYPE);
    reply.end(TOKEN);
    start();
    assert.deepEqual(calls, IN_ORDER);
  });

  test('and whose event never comes whole is cut', (context: TestContext) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { calls, reply, start, write } = watch(JSON_TYPE);
    start();
    write('{half');
    reply.end(TOKEN);
    context.mock.timers.tick(1000);
    assert.deepEqual(calls, ['write {half', 'upstream is let go', 'fail: the token ended']);
  });
});

suite('T82: a watch whose access ends says so before it ends', () => {
  test('in JSON', () => {
    const { calls, bytes, reply, start, write } = watch(JSON_TYPE);
    start();
    write('{"type":"ADDED"}\n{');
    reply.end(ACCESS);
    write('"a":1}\n{"x"');
    const [, rest, error = Buffer.alloc(0)] = bytes;
    assert.equal(String(rest), '"a":1}\n');
    assert.deepEqual(JSON.parse(error.toString()), {
      type: 'ERROR',
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'ended by the gateway: its grant ended',
        reason: 'Forbidden',
        code: 403,
      },
    });
    assert.equal(error.at(-1), 0x0a);
    assert.equal(calls.at(-1), 'end');
  });

  test('in protobuf, as an event with its length', () => {
    const { bytes, reply, start, write } = watch(PROTOBUF);
    start();
    write(EVENT);
    reply.end(ACCESS);
    const error = bytes[1] as Buffer;
    assert.equal(error.readUInt32BE(0), error.length - 4);
    // Source: WatchEvent: field 1 the type, field 2 the raw object with its envelope.
    assert.equal(error.subarray(4, 11).toString('latin1'), '\x0a\x05ERROR');
    assert.equal(error[11], 0x12);
    assert.ok(error.includes('k8s\0') && error.includes('its grant ended'));
  });
});
