import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThreadTime } from './thread-time.ts';

function timed() {
  const ms = { elapsed: 0, processor: 0 };
  let asked = 0;
  const time = new ThreadTime(
    () => ms.elapsed,
    () => {
      asked++;
      return ms.processor;
    },
  );
  const works = (processor: number, beside = 0) => {
    const mark = time.begin();
    ms.processor += processor;
    ms.elapsed += processor + beside;
    return time.since(mark);
  };
  return { ms, works, asked: () => asked };
}

test('long work is what the processor did for it, not what the machine did beside it', () => {
  const { ms, works } = timed();
  assert.equal(works(40), 40);
  // Its own work and 1.5 ms of this thread before it, which the system has not been asked about, and nothing of the second that others had.
  ms.elapsed += 1.5;
  ms.processor += 1.5;
  assert.equal(works(5, 1_000), 6.5);
  ms.elapsed += 60_000;
  ms.processor += 50_000;
  assert.equal(works(5, 1_000), 5);
});

test('short work is told by the clock, and the system is hardly asked', () => {
  const { works, asked } = timed();
  let sum = 0;
  for (let i = 0; i < 1_000; i++) sum += works(0.01);
  assert.equal(Math.round(sum), 10);
  assert.ok(asked() <= 6, String(asked()));
});
