import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { isYes } from './confirmed.ts';

/** What somebody's keys answer, and whether they interrupted. */
async function answered(keys: string): Promise<readonly [answer: boolean, interrupts: number]> {
  let interrupts = 0;
  const terminal = {
    stdin: Object.assign(new PassThrough(), { isTTY: true }),
    stdout: Object.assign(new PassThrough(), { isTTY: true }),
    interrupt: () => {
      interrupts++;
    },
  };
  const answer = isYes('take it?', true, terminal);
  terminal.stdin.write(keys);
  return [await answer, interrupts];
}

for (const [keys, answer] of [
  ['y\r', true],
  ['Yes\r', true],
  ['\r', false],
  ['n\r', false],
  ['\u0004', false],
] as const)
  test(`${JSON.stringify(keys)} says ${answer ? 'yes' : 'no'}`, async () => {
    assert.deepEqual(await answered(keys), [answer, 0]);
  });

test('Ctrl-C interrupts, as it does where nothing is asked', async () => {
  assert.deepEqual(await answered('\u0003'), [false, 1]);
});

test('where nobody sits at a terminal, nobody is asked', async () => {
  const pipe = new PassThrough();
  const interrupt = () => assert.fail('nobody interrupts');
  for (const unasked of [true, false])
    assert.equal(await isYes('take it?', unasked, { stdin: pipe, stdout: pipe, interrupt }), unasked);
});
