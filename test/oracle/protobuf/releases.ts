import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../support/cache-folder.ts';

const HERE = import.meta.dirname;

/** One release of Kubernetes whose types the table holds. */
export interface Release {
  /** The version of its modules, such as `v0.37.2`. */
  readonly version: string;
  /** The folder with its go.mod. */
  readonly folder: string;
}

/** The releases, oldest first: the folders beside this file that have a go.mod. */
export const releases: readonly Release[] = globSync('0.*/go.mod', { cwd: HERE })
  .sort((a, b) => minorOf(a) - minorOf(b))
  .map((file) => {
    const version = /^\tk8s\.io\/apimachinery (v\S+)$/m.exec(readFileSync(join(HERE, file), 'utf8'))?.[1];
    assert.ok(version !== undefined, file);
    return { version, folder: join(HERE, file, '..') };
  });

/** The second number of `0.37`, `v0.37.2` and the like. */
export function minorOf(version: string): number {
  return Number(version.split('.')[1]?.split('/')[0]);
}

/** The program of this folder on a release's modules, built; undefined where Go or the modules cannot be had. */
export function buildRelease({ version, folder }: Release): string | undefined {
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  const program = join(cacheFolder(), `protobuf-${version}`);
  const scratch = mkdtempSync(join(tmpdir(), 'protobuf-'));
  try {
    for (const file of globSync('*.go', { cwd: HERE })) cpSync(join(HERE, file), join(scratch, file));
    for (const file of ['go.mod', 'go.sum']) cpSync(join(folder, file), join(scratch, file));
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags', `-X main.version=${version}`];
    const built = spawnSync('go', ['build', ...flags, '-o', program, '.'], { cwd: scratch, encoding: 'utf8' });
    if (/dial tcp|i\/o timeout|no such host|proxyconnect/.test(built.stderr)) return undefined;
    assert.equal(built.status, 0, built.stderr);
    return program;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What a built program prints. */
export function printed(program: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout;
}
