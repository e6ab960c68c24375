import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { CONTROL_LIMITS } from './answer.ts';
import { whileAdmitted } from './while-admitted.ts';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Somebody who is let in until the test says otherwise, and how often it was looked and told. */
function admitted() {
  const seen = { looked: 0, over: 0, listening: 0 };
  let answer: () => Promise<boolean> = async () => true;
  let onSessionEnd = () => {};
  const stop = whileAdmitted(
    {
      isStill() {
        seen.looked++;
        return answer();
      },
      onEnd(over) {
        onSessionEnd = over;
        seen.listening++;
        return () => seen.listening--;
      },
    },
    () => seen.over++,
  );
  return {
    seen,
    stop,
    endSession: () => onSessionEnd(),
    say: (next: typeof answer) => {
      answer = next;
    },
    async look() {
      mock.timers.tick(CONTROL_LIMITS.admittedLookMs);
      await settled();
    },
  };
}

const ENDS: readonly (readonly [string, (one: ReturnType<typeof admitted>) => void])[] = [
  ['once it may not any more', ({ say }) => say(async () => false)],
  ['where it cannot be looked at', ({ say }) => say(() => Promise.reject(new Error('the store does not answer')))],
  ['as soon as its session has ended', ({ endSession }) => endSession()],
];

for (const [what, end] of ENDS)
  test(`T60: what is read over a longer time ends ${what}, once, and is looked at no more`, async (t) => {
    mock.timers.enable({ apis: ['setInterval'] });
    t.after(() => mock.timers.reset());
    const one = admitted();
    await one.look();
    assert.deepEqual(one.seen, { looked: 1, over: 0, listening: 1 });
    end(one);
    await one.look();
    const { looked } = one.seen;
    one.endSession();
    await one.look();
    assert.deepEqual(one.seen, { looked, over: 1, listening: 0 });
  });

test('what has been read to its end is looked at no more, and a look that takes long is not doubled', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => mock.timers.reset());
  const one = admitted();
  const slow = Promise.withResolvers<boolean>();
  one.say(() => slow.promise);
  await one.look();
  await one.look();
  assert.equal(one.seen.looked, 1);
  one.stop();
  slow.resolve(false);
  await one.look();
  assert.deepEqual(one.seen, { looked: 1, over: 0, listening: 0 });
});
