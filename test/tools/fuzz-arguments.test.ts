import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

for (const [args, says] of [
  [['--seconds', 'x'], /^fuzz: --seconds and --seed take numbers\n/],
  [['--second', '1'], /^fuzz: Unknown option '--second'/],
  [['--target', 'none'], /^fuzz: no target is called none; there are path, /],
] as const) {
  test(`\`npm run fuzz -- ${args.join(' ')}\` is told in a sentence`, () => {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../fuzz/main.ts'), ...args], {
      encoding: 'utf8',
    });
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /^ {4}at /m);
    assert.equal(status, 2);
  });
}
