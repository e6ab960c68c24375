import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}
interface Run extends Counts {
  readonly failedFiles: readonly (Counts & { readonly name: string })[];
}
type AgainAlone = (
  first: Run,
  files: readonly string[],
  runAlone: (files: readonly string[]) => Promise<Run>,
  out: { write(chunk: string): void },
) => Promise<Run>;

const { againAlone } = (await import(path.resolve('tools/again.mjs'))) as { readonly againAlone: AgainAlone };

const FILES = ['a', 'b', 'c', 'd', 'e'];
const failing = (...names: readonly string[]): Run => ({
  passed: 50,
  failed: names.length,
  failedFiles: names.map((name) => ({ name, passed: 9, failed: 1 })),
});

/** Which files were run again, what was said, and what it comes to, where the second run goes like `second`. */
async function outcome(first: Run, second: Run) {
  let [said, ran] = ['', [] as readonly string[]];
  const runAlone = async (files: readonly string[]) => {
    ran = files;
    return second;
  };
  const out = {
    write(chunk: string) {
      said += chunk;
    },
  };
  const { passed, failed } = await againAlone(first, FILES, runAlone, out);
  return { ran, said, passed, failed };
}

const NOTHING = { ran: [], said: '' };

for (const [name, first, second, expected] of [
  ['a run without a failure is told as it went', failing(), failing(), { ...NOTHING, passed: 50, failed: 0 }],
  [
    'a file that passes alone counts as it went then, and is named',
    failing('b'),
    { passed: 10, failed: 0, failedFiles: [] },
    {
      ran: ['b'],
      said: '\nonce more, alone: b\nFAILED BESIDE OTHERS, passed alone: b\n',
      passed: 51,
      failed: 0,
    },
  ],
  [
    'a file that fails again has failed',
    failing('b', 'd'),
    { passed: 19, failed: 1, failedFiles: [{ name: 'd', passed: 9, failed: 1 }] },
    {
      ran: ['b', 'd'],
      said: '\nonce more, alone: b, d\nFAILED BESIDE OTHERS, passed alone: b\n',
      passed: 51,
      failed: 1,
    },
  ],
  ['more than three are no chance', failing('a', 'b', 'c', 'd'), failing(), { ...NOTHING, passed: 50, failed: 4 }],
  [
    'what failed outside the files is not run again',
    failing('setup'),
    failing(),
    { ...NOTHING, passed: 50, failed: 1 },
  ],
] as const) {
  test(name, async () => assert.deepEqual(await outcome(first, second), expected));
}
