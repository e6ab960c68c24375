import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftOut } from '../support/left-out.ts';

const CHILD = join(import.meta.dirname, 'filling-disk-child.ts');

function run(how: 'rule' | 'none', size: string) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-filling-'));
  try {
    const script = 'mount -t tmpfs -o size=$5 tmpfs "$1" && exec "$2" "$3" "$1/journal" "$4"';
    const argv = ['--mount', 'sh', '-c', script, 'sh', folder, process.execPath, CHILD, how, size];
    const { stdout, stderr, status } = spawnSync('unshare', argv, { encoding: 'utf8', timeout: 170_000 });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0) {
  test('T62: a disk that fills is a rule’s business first: what may go early goes, nothing is refused, and the chain holds', () => {
    const { refused, holds, sentence, gone, failures } = run('rule', '10m');
    assert.deepEqual({ refused, holds, sentence, failures }, { refused: 0, holds: true, sentence: '', failures: [] });
    assert.ok(gone > 5_000, `${gone} are gone`);
  });

  test('T62: and without a rule the full stop comes, before the disk is really full', () => {
    const { refused, room, holds, gone } = run('none', '5m');
    assert.deepEqual({ refused, room, holds, gone }, { refused: 1, room: 'none', holds: true, gone: 0 });
  });
} else {
  leftOut('a disk that rules of retention keep from filling', 'run the tests as root on Linux');
}
