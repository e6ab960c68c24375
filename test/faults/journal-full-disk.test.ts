import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftOut } from '../support/left-out.ts';

const CHILD = join(import.meta.dirname, 'journal-full-disk-child.ts');

/** `setup` runs in a shell, with `$1` the folder, before the child does. */
function runBehind(setup: string, unshare: readonly string[]): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-full-'));
  try {
    const script = `${setup} && exec "$2" "$3" "$1/journal"`;
    const argv = [...unshare, 'sh', '-c', script, 'sh', folder, process.execPath, CHILD];
    const { stdout, stderr, status } = spawnSync(argv[0] as string, argv.slice(1), {
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function assertHeld(result: Record<string, unknown>, reason: RegExp): void {
  assert.match(String(result['reason']), reason);
  assert.ok(Number(result['acknowledged']) > 20);
  assert.deepEqual([result['missing'], result['isOpen'], result['refused']], [0, 0, true]);
  assert.ok(Number(result['recovered']) > 0);
}

test('T62: a file that may not grow: refused meanwhile, and a new segment takes what comes after', () => {
  assertHeld(runBehind('ulimit -f 128', []), /EFBIG/);
});

if (spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0) {
  test('T62: the disk is full: refused meanwhile, and taken again once there is room', () => {
    assertHeld(runBehind('mount -t tmpfs -o size=128k tmpfs "$1"', ['unshare', '--mount']), /ENOSPC/);
  });
} else {
  leftOut('the journal on a disk that is really full', 'run the tests as root on Linux');
}
