import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const DOWN = join(import.meta.dirname, '../cluster/down');

test('the network that is taken down is the folder’s own, whatever number the environment has', () => {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-down-'));
  try {
    const [folder, bin, said] = [join(root, 'cluster'), join(root, 'bin'), join(root, 'said')];
    mkdirSync(join(folder, 'pid'), { recursive: true });
    writeFileSync(join(folder, 'netns'), '7007\n');
    mkdirSync(bin);
    writeFileSync(join(bin, 'ip'), `#!/bin/sh\necho "$@" >> '${said}'\n`, { mode: 0o755 });
    const env = { PATH: `${bin}:/usr/bin:/bin`, CLUSTER_N: '0' };
    spawnSync(DOWN, [folder], { env });
    assert.deepEqual(readFileSync(said, 'utf8').trimEnd().split('\n'), [
      'route delete 10.244.7007.0/24',
      'link delete cluster7007',
    ]);
    assert.equal(existsSync(folder), false);
  } finally {
    rmSync(root, { recursive: true });
  }
});
