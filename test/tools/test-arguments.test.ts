import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');

for (const [args, says] of [
  [['nosuch.test.ts'], /^test: `nosuch\.test\.ts` is no file; name test files by their path from the project’s root\n/],
  [['test/tools'], /^test: `test\/tools` is no file/],
  [['--nope'], /^test: Unknown option '--nope'/],
] as const) {
  test(`\`npm test -- ${args.join(' ')}\` is told in a sentence`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'tools/test.mjs'), 'fast', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /^ {4}at /m);
    assert.equal(stdout, '');
    assert.equal(status, 2);
  });
}
