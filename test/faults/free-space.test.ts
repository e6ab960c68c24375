import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftOut } from '../support/left-out.ts';

const CHILD = join(import.meta.dirname, 'free-space-child.ts');
const FULL = /^not ready\n- the journal’s disk is full: \d+ bytes are free\n$/;
const NEARLY_FULL = /^ready\n- the journal’s disk is nearly full: \d+ bytes are free\n$/;

if (spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0) {
  test('freeBytesMin, freeBytesWarn: a gateway warns while its disk fills, refuses before it is full, and goes on once there is room', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-space-'));
    try {
      const script = 'mount -t tmpfs -o size=64m tmpfs "$1" && TMPDIR=$1 exec "$2" "$3"';
      const argv = ['--mount', 'sh', '-c', script, 'sh', folder, process.execPath, CHILD];
      const { stdout, stderr, status } = spawnSync('unshare', argv, { encoding: 'utf8', timeout: 60_000 });
      assert.equal(status, 0, stderr);
      const { steps, begun } = JSON.parse(stdout);
      assert.deepEqual([steps.enough.status, steps.enough.broken], [200, '0']);
      assert.deepEqual([steps.low.status, steps.low.broken], [200, '0']);
      assert.match(steps.low.ready, NEARLY_FULL);
      assert.deepEqual([steps.none.status, steps.none.broken], [503, '1']);
      assert.match(steps.none.ready, FULL);
      assert.deepEqual([steps.again.status, steps.again.broken, begun], [200, '0', 2]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
} else {
  leftOut('a gateway whose disk is nearly full', 'run the tests as root on Linux');
}
