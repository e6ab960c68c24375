import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fc } from '../../test/support/property.ts';
import { type ByteSource, bytesSource, collectBytes } from './byte-source.ts';
import { gunzippedSource } from './gunzipped-source.ts';
import { gzippedSource } from './gzipped-source.ts';

const enough = 64 * 1024 * 1024;

/** A source that gives one piece each time that it is asked for one. */
function pieces(all: readonly Uint8Array[], told: string[] = []): ByteSource {
  let left = [...all];
  let next = () => {};
  return {
    start(sink) {
      next = () => {
        for (let piece = left.shift(); piece !== undefined; piece = left.shift()) if (!sink.write(piece)) return;
        next = () => {};
        sink.end(['x', '1']);
      };
      next();
    },
    resume: () => next(),
    cancel(reason) {
      left = [];
      told.push(reason.message);
    },
  };
}

function cut(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = [0, ...cuts.map((each) => each % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

test('T65: a chain of gzip members is unpacked whole, however it is cut', async () => {
  const texts = fc.array(fc.string({ maxLength: 200 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(texts, fc.array(fc.nat(), { maxLength: 5 }), async (members, cuts) => {
      const packed = Buffer.concat(members.map((text) => gzipSync(text)));
      const out = await collectBytes(gunzippedSource(pieces(cut(packed, cuts))), enough);
      assert.equal(out.toString(), Buffer.from(members.join('')).toString());
    }),
    { numRuns: 300 },
  );
});

test('what is cut short, is no gzip, or has something else behind it, fails and is let go', async () => {
  const packed = gzipSync('some text that is longer than nothing');
  for (const bytes of [
    packed.subarray(0, -3),
    Buffer.from('no gzip at all'),
    Buffer.concat([packed, Buffer.from('x')]),
  ]) {
    await assert.rejects(collectBytes(gunzippedSource(bytesSource(bytes)), enough), /./);
  }
});

test('T57: what expands beyond the limit is broken off, and its source is cancelled', async () => {
  const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
  const told: string[] = [];
  const limits = { expansionMax: 500, expansionFreeBytes: 1024 * 1024 };
  const opened = gunzippedSource(pieces(cut(bomb, [1_000, 2_000]), told), limits);
  await assert.rejects(collectBytes(opened, enough), /expands more than 500 times/);
  assert.deepEqual(told, ['it expands more than 500 times']);
  const whole = await collectBytes(gunzippedSource(bytesSource(bomb)), enough);
  assert.equal(whole.length, 8 * 1024 * 1024);
});

test('a reader that takes little makes its source wait', async () => {
  const packed = gzipSync(Buffer.alloc(4 * 1024 * 1024, 'abcdefghij'), { level: 0 });
  let given = 0;
  const counted = pieces(
    cut(
      packed,
      Array.from({ length: 200 }, (_, i) => i * 20_000),
    ),
  );
  const source: ByteSource = {
    ...counted,
    start: (sink) =>
      counted.start({
        ...sink,
        write(chunk) {
          given += chunk.length;
          return sink.write(chunk);
        },
      }),
  };
  let taken = 0;
  const opened = gunzippedSource(source);
  await new Promise<void>((resolve, reject) => {
    opened.start({
      write(chunk) {
        taken += chunk.length;
        assert.ok(given - taken < 512 * 1024, `${given - taken} bytes wait`);
        setImmediate(() => opened.resume());
        return false;
      },
      end: () => resolve(),
      fail: reject,
    });
  });
  assert.equal(taken, 4 * 1024 * 1024);
});

test('what is packed is unpacked to the same, and each flushed piece can be read before the next', async () => {
  const seen: string[] = [];
  const out: Buffer[] = [];
  let give = (_: Buffer | undefined) => {};
  const source: ByteSource = {
    start(sink) {
      give = (bytes) => (bytes === undefined ? sink.end([]) : void sink.write(bytes));
    },
    resume() {},
    cancel() {},
  };
  const came: (() => void)[] = [];
  const opened = gunzippedSource(gzippedSource(source, { isFlushed: true }));
  const ended = new Promise<void>((resolve, reject) => {
    opened.start({
      write(chunk) {
        out.push(Buffer.from(chunk));
        came.shift()?.();
        return true;
      },
      end: () => resolve(),
      fail: reject,
    });
  });
  for (const event of ['first\n', 'second\n', 'third\n']) {
    const here = new Promise<void>((resolve) => came.push(resolve));
    give(Buffer.from(event));
    await here;
    seen.push(Buffer.concat(out).toString());
  }
  give(undefined);
  await ended;
  assert.deepEqual(seen, ['first\n', 'first\nsecond\n', 'first\nsecond\nthird\n']);
  const packed = await collectBytes(gzippedSource(bytesSource(Buffer.from('whole')), { isFlushed: false }), enough);
  assert.equal(gunzipSync(packed).toString(), 'whole');
});
