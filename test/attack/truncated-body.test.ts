/* A request body of which a part came: truncated YAML is still YAML, and a deletion whose options did not come is a deletion without them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { Refusal } from '../../src/model/refusal.ts';
import { accept } from '../../src/pipeline/accept.ts';
import { DEFAULT_LIMITS } from '../../src/pipeline/limits.ts';
import { block, END_HEADERS, END_STREAM, FRAME, frame, openFrames } from '../support/http2-frames.ts';
import * as t from '../transport/support.ts';

const HEADERS: readonly (readonly [string, string])[] = [
  [':method', 'DELETE'],
  [':scheme', 'https'],
  [':authority', 'h'],
  [':path', '/a'],
  ['content-type', 'application/yaml'],
];
const code = (value: number) => Buffer.from([0, 0, 0, value]);

/** What a body comes to at the gateway, when the client does `then` behind the first part of it. */
async function outcomeOf(then: (socket: TLSSocket) => void, part: string): Promise<string> {
  await using cleanup = new t.Cleanup();
  const outcome = Promise.withResolvers<string>();
  const reading = Promise.withResolvers<void>();
  const listener = await t.listen(cleanup, async (_target, raw) => {
    const body = accept(raw, DEFAULT_LIMITS).readBody();
    if (part === '') reading.resolve();
    else raw.body.once('data', () => reading.resolve());
    outcome.resolve(await body.then(String, (refusal: Refusal) => refusal.code));
    return t.refused(200, 'ok');
  });
  const socket = cleanup.add(await openFrames(listener.port, t.caPem), (value) => value.destroy());
  socket.write(frame(FRAME.headers, END_HEADERS, 1, block(HEADERS)));
  if (part !== '') socket.write(frame(FRAME.data, 0, 1, Buffer.from(part)));
  await reading.promise;
  then(socket);
  return await outcome.promise;
}

const LEAVES: Readonly<Record<string, (socket: TLSSocket) => void>> = {
  'a reset without a fault': (socket) => socket.write(frame(FRAME.reset, 0, 1, code(0))),
  'a reset that cancels': (socket) => socket.write(frame(FRAME.reset, 0, 1, code(8))),
  'GOAWAY and the end of the connection': (socket) =>
    socket.end(frame(FRAME.goaway, 0, 0, Buffer.concat([code(0), code(0)]))),
  'the end of the connection': (socket) => socket.end(),
  'a connection that breaks': (socket) => socket.destroy(),
};

for (const [name, leave] of Object.entries(LEAVES)) {
  for (const part of ['kind: DeleteOptions\n', '']) {
    test(`T23: ${name} behind ${part === '' ? 'no' : 'a part of a'} body never makes it a whole one`, async () => {
      assert.equal(await outcomeOf(leave, part), 'CALLER_GONE');
    });
  }
}

test('a body that ends with an empty frame is whole', async () => {
  const end = (socket: TLSSocket) => socket.write(frame(FRAME.data, END_STREAM, 1, Buffer.alloc(0)));
  assert.equal(await outcomeOf(end, 'kind: A\n'), 'kind: A\n');
  assert.equal(await outcomeOf(end, ''), '');
});
