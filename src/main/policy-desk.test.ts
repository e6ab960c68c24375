import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Config } from '../config/load.ts';
import { DESK_LIMITS, policyDesk } from './policy-desk.ts';

const { proposalBytesMax, proposalLinesMax } = DESK_LIMITS;
/** Nothing of it is read: what is beyond the bounds is refused before. */
const NOWHERE = { file: '/nowhere/sallyport.yaml', dataFolder: '/nowhere' } as Config;

const ROWS: readonly (readonly [string, readonly string[]])[] = [
  ['bytes', ['x'.repeat(proposalBytesMax + 1)]],
  ['bytes of several files', ['x'.repeat(proposalBytesMax), 'x']],
  ['bytes of characters that have several', ['…'.repeat(proposalBytesMax / 2)]],
  ['lines', ['\n'.repeat(proposalLinesMax)]],
  ['lines of several files', ['\n'.repeat(proposalLinesMax / 2), '\n'.repeat(proposalLinesMax / 2)]],
];

for (const [what, texts] of ROWS)
  test(`a proposal of too many ${what} is refused before anything is made of it`, async () => {
    const files = texts.map((text, i) => ({ file: `${i}.yaml`, text }));
    await assert.rejects(policyDesk(NOWHERE).tryOut({ files, since: '7d' }), {
      code: 'REQUEST_MALFORMED',
      message: /at most 262144 bytes and 10000 lines together/,
    });
  });

test('what runs at once fits beside the gateway in the container of the chart', () => {
  const chart = readFileSync(new URL('../../deploy/chart/values.yaml', import.meta.url), 'utf8');
  const limitMib = Number(/limits: \{ memory: (\d+)Gi \}/.exec(chart)?.[1]) * 1024;
  assert.ok(DESK_LIMITS.atOnceMax * DESK_LIMITS.memoryMib <= limitMib / 4, `of ${limitMib} MiB`);
});
