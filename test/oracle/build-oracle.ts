import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cacheFolder } from '../support/cache-folder.ts';

/**
 * The path of a Go program of this folder, built; undefined where Go or its modules cannot be had.
 *
 * @param version of the modules it is built with, so that another version is another file
 */
export function buildOracle(folder: string, version: string): string | undefined {
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  const program = join(cacheFolder(), `${folder}-${version}`);
  const built = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: join(import.meta.dirname, folder),
    encoding: 'utf8',
  });
  if (/dial tcp|i\/o timeout|no such host|proxyconnect/.test(built.stderr)) return undefined;
  assert.equal(built.status, 0, built.stderr);
  return program;
}
