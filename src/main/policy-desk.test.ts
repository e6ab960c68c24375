import assert from 'node:assert/strict';
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
