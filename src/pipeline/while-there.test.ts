import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { THERE_LIMITS, whileThere } from './while-there.ts';

type Life = string | null | undefined;

/** How often it was asked, and what ended the stream, where these are the answers. */
async function outcome(t: { mock: typeof import('node:test').mock }, lives: readonly Life[]) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const said: string[] = [];
  let asked = 0;
  const stop = whileThere(
    async () => lives[Math.min(asked++, lives.length - 1)],
    ({ why, message }) => said.push(`${why}: ${message}`),
  );
  for (let look = 0; look < 6; look++) {
    await setImmediate();
    t.mock.timers.tick(THERE_LIMITS.lookMs);
  }
  await setImmediate();
  stop();
  t.mock.timers.tick(10 * THERE_LIMITS.lookMs);
  return { said, asked };
}

const GONE = ['gone: what it leads into has ended'];

for (const [name, lives, said, asked] of [
  ['it is the same', ['a'], [], 7],
  ['it ends', ['a', 'a', null], GONE, 3],
  ['another has its name', ['a', 'b'], GONE, 2],
  ['it ended before it was first asked for', [null], GONE, 1],
  ['nobody can tell', [undefined], [], 7],
  ['nobody can tell for a time', ['a', undefined, undefined, 'a'], [], 7],
  ['nobody could tell while another took its name', ['a', undefined, 'b'], GONE, 3],
] as const)
  test(`T41: ${name}: a stream that leads into it ${said.length > 0 ? 'is ended, once' : 'goes on'}`, async (t) => {
    assert.deepEqual(await outcome(t, lives), { said: [...said], asked });
  });
