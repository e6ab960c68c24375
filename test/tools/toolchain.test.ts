/*
 * The starter against an npm of our own making: a copy of tools/ that pins a Node of version 99, whose package is a small archive
 * with a shell script in place of the program. What is real: the starter, its processes, the archive, the digest, the cache folder.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../tidy/tree.ts';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What the cache folder holds afterwards. */
  readonly kept: readonly string[];
}

/** What the caller asked for was run, in the caller's folder: arguments of `start` name the caller's own files. */
const RAN = /^ran --single-threaded-gc \/.*\/project\/src\/main\/cli\.ts hello in callers\n$/;

/** Runs `node tools/run.mjs start hello` in a project of its own, `times` times, where npm is the shell script `npmScript`. */
function start(options: { npmScript: string; integrity?: string; times?: number; cacheIsFile?: boolean }): Outcome {
  const folder = mkdtempSync(path.join(tmpdir(), 'sallyport-toolchain-'));
  try {
    const archive = nodeArchive(folder);
    const integrity =
      options.integrity ?? `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    const project = projectThatPins(folder, integrity);
    const npm = path.join(folder, 'bin', 'npm');
    mkdirSync(path.dirname(npm));
    writeFileSync(npm, `#!/bin/sh\nARCHIVE=${archive}\n${options.npmScript}\n`);
    chmodSync(npm, 0o755);
    const cache = path.join(folder, 'cache');
    if (options.cacheIsFile) writeFileSync(cache, '');
    const callers = path.join(folder, 'callers');
    mkdirSync(callers);
    const env = { PATH: `${path.dirname(npm)}:/usr/bin:/bin`, HOME: folder, XDG_CACHE_HOME: cache };
    const run = () =>
      spawnSync(process.execPath, [path.join(project, 'tools/run.mjs'), 'start', 'hello'], {
        env: { ...env, INIT_CWD: callers },
        cwd: project,
        encoding: 'utf8',
      });
    for (let i = 1; i < (options.times ?? 1); i += 1) run();
    const { status, stdout, stderr } = run();
    const kept = options.cacheIsFile ? [] : readdirSync(path.join(cache, 'sallyport'));
    return { code: status, stdout, stderr, kept };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function nodeArchive(folder: string): string {
  const bin = path.join(folder, 'package', 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(folder, 'package', 'LICENSE'), '');
  writeFileSync(
    path.join(bin, 'node'),
    '#!/bin/sh\n[ "$1" = --version ] && echo v99.0.0 || echo "ran $* in $(basename "$PWD")"\n',
  );
  chmodSync(path.join(bin, 'node'), 0o755);
  const archive = path.join(folder, 'node.tgz');
  execFileSync('tar', ['-czf', archive, '-C', folder, 'package']);
  return archive;
}

function projectThatPins(folder: string, integrity: string): string {
  const project = path.join(folder, 'project');
  cpSync(path.join(root, 'tools'), path.join(project, 'tools'), { recursive: true });
  const pinned = { name: 'node-of-ours', integrity, bytes: 1_000_000 };
  const packages = { [`${process.platform}-${process.arch}`]: pinned };
  writeFileSync(
    path.join(project, 'tools/toolchain.json'),
    JSON.stringify({ version: '99.0.0', packages, dependencies: {} }),
  );
  writeFileSync(path.join(project, 'package-lock.json'), JSON.stringify({ packages: { '': {} } }));
  return project;
}

// As `npm pack SPEC --pack-destination FOLDER …` does.
const packs = 'cp "$ARCHIVE" "$4/node-of-ours-99.0.0.tgz"';

describe('the starter of every npm script', () => {
  it('fetches the pinned Node, says so on stderr, and leaves stdout to the task', () => {
    const { code, stdout, stderr, kept } = start({ npmScript: packs });
    assert.equal(stderr.includes('fetching node-of-ours@99.0.0 (1 MB)'), true, stderr);
    assert.match(stdout, RAN);
    assert.equal(code, 0);
    assert.deepEqual(kept, [`node-99.0.0-${process.platform}-${process.arch}`]);
  });

  it('fetches once, and says nothing the second time', () => {
    const { stdout, stderr } = start({ npmScript: packs, times: 2 });
    assert.equal(stderr, '');
    assert.match(stdout, RAN);
  });

  it('runs nothing and keeps nothing where the bytes are not those recorded', () => {
    const { code, stdout, stderr, kept } = start({ npmScript: packs, integrity: 'sha512-AAAA' });
    assert.match(stderr, /is not what is recorded in tools\/toolchain\.json/);
    assert.deepEqual({ code, stdout, kept }, { code: 1, stdout: '', kept: [] });
  });

  it('says in a sentence that the cache folder cannot be written, and what to do', () => {
    const { code, stdout, stderr } = start({ npmScript: packs, cacheIsFile: true });
    const sentence =
      /^sallyport: \/.*\/cache\/sallyport cannot be written \(ENOTDIR\); XDG_CACHE_HOME can name another place .*\n$/;
    assert.match(stderr, sentence);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  });

  it('keeps nothing of a fetch that failed, repeats what npm said, and says what to do', () => {
    const { code, stderr, kept } = start({ npmScript: 'echo "npm error network down" >&2; exit 1' });
    assert.match(stderr, /network down/);
    assert.match(stderr, /`npm ping`/);
    assert.deepEqual({ code, kept }, { code: 1, kept: [] });
  });
});
