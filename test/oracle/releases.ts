import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../support/cache-folder.ts';

/** One release of Kubernetes beside which a Go program of this folder is built. */
export interface Release {
  /** The version of its modules, such as `v0.37.2`. */
  readonly version: string;
  /** The folder with its go.mod. */
  readonly folder: string;
}

/** The releases of a program, oldest first: the folders beside its `.go` files that have a go.mod. */
export function releasesOf(program: string): readonly Release[] {
  const sources = join(import.meta.dirname, program);
  return globSync('0.*/go.mod', { cwd: sources })
    .sort((a, b) => minorOf(a) - minorOf(b))
    .map((file) => {
      const version = /^\tk8s\.io\/apimachinery (v\S+)$/m.exec(readFileSync(join(sources, file), 'utf8'))?.[1];
      assert.ok(version !== undefined, file);
      return { version, folder: join(sources, file, '..') };
    });
}

/** The second number of `0.37`, `v0.37.2` and the like. */
export function minorOf(version: string): number {
  return Number(version.split('.')[1]?.split('/')[0]);
}

/** A program on a release's modules, built; undefined where Go or the modules cannot be had. */
export function buildRelease({ version, folder }: Release): string | undefined {
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  const sources = dirname(folder);
  const program = join(cacheFolder(), `${basename(sources)}-${version}`);
  const scratch = mkdtempSync(join(tmpdir(), 'oracle-'));
  try {
    for (const file of globSync('*.go', { cwd: sources })) cpSync(join(sources, file), join(scratch, file));
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
export function printed(program: string, args: readonly string[], input = ''): string {
  const { stdout, stderr, status } = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout;
}
