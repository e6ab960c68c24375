// The image for both platforms: whatever of it is machine code is of that platform, and finds its loader and each library that it names within the image. Where QEMU can run the other platform's programs, the command runs.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readElf } from '../support/elf.ts';
import { makeImage } from '../support/image.ts';
import { leftOut } from '../support/left-out.ts';

const PLATFORMS = [
  { platform: 'linux/amd64', architecture: 'amd64', machine: 'x64', emulator: 'qemu-x86_64-static' },
  { platform: 'linux/arm64', architecture: 'arm64', machine: 'arm64', emulator: 'qemu-aarch64-static' },
] as const;
const BYTES_MAX = 70e6;

const missing = ['apt-get', 'dpkg-deb'].filter((program) => spawnSync(program, ['--version']).status !== 0);
if (process.platform !== 'linux' || missing.length > 0)
  leftOut('the image for both platforms', `a machine with Debian’s ${missing.join(' and ')}`);
else describe('the image', suite);

function suite(): void {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-platforms-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { platform, architecture, machine, emulator } of PLATFORMS) {
    const at = (...path: string[]) => join(folder, architecture, ...path);

    test(`${platform}: all machine code is of it, with its loader and its libraries`, (t) => {
      const made = makeImage(at('layout'), 'registry.test/sallyport:0.1.0', {}, [platform]);
      const [image] = made.images;
      assert.equal(image?.platform, platform);
      t.diagnostic(`${platform}: ${((image?.compressedBytes ?? 0) / 1e6).toFixed(1)} MB`);
      assert.ok((image?.compressedBytes ?? Number.POSITIVE_INFINITY) <= BYTES_MAX);
      assert.equal(unpack(at('layout'), at('root')), architecture);
      const programs = filesIn(at('root')).flatMap((file) => {
        const elf = readElf(readFileSync(file));
        return elf === undefined ? [] : [{ file: file.slice(at('root').length), ...elf }];
      });
      assert.ok(programs.some(({ file }) => file === '/usr/bin/node'));
      const libraries = new Set(programs.map(({ file }) => basename(file)));
      for (const link of linksIn(at('root'))) libraries.add(basename(link));
      for (const { file, needed, loader, ...one } of programs) {
        assert.equal(one.machine, machine, file);
        for (const name of needed) assert.ok(libraries.has(name), `${file} names ${name}, which is not in the image`);
        if (loader !== undefined) assert.ok(resolves(at('root'), loader), `${file} asks for ${loader}`);
      }
    });

    const own = process.arch === machine;
    if (!own && spawnSync(emulator, ['--version']).status !== 0)
      leftOut(`the image for ${platform}, run`, '`apt-get install qemu-user-static`');
    else
      test(`${platform}: the command runs${own ? '' : ', under QEMU'}`, () => {
        const loader = filesIn(at('root')).find((file) => /\/ld-linux[^/]*\.so\.\d$/.test(file)) ?? '';
        const program = ['--library-path', dirname(loader), at('root/usr/bin/node'), at('root/usr/bin/sallyport')];
        const [command = '', ...args] = own ? [loader, ...program] : [emulator, loader, ...program];
        const { status, stdout, stderr } = spawnSync(command, [...args, '--version'], { encoding: 'utf8' });
        assert.deepEqual([status, stdout.trim()], [0, '0.1.0'], stderr);
      });
  }
}

/** Lays the layers of the one image of a layout over one another, and gives the architecture that its configuration states. */
function unpack(layout: string, into: string): string {
  const blob = (digest: string) => join(layout, 'blobs', ...digest.split(':'));
  const json = (digest: string) => JSON.parse(readFileSync(blob(digest), 'utf8'));
  const [named] = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests;
  const image = json(named.digest).manifests.find(
    ({ platform }: { platform?: { os?: string } }) => platform?.os === 'linux',
  );
  const { config, layers } = json(image.digest);
  mkdirSync(into, { recursive: true });
  for (const { digest } of layers) execFileSync('tar', ['-xzf', blob(digest), '-C', into]);
  const { architecture } = json(config.digest);
  assert.equal(image.platform.architecture, architecture);
  return architecture;
}

function filesIn(folder: string): readonly string[] {
  return entriesIn(folder).filter((path) => lstatSync(path).isFile());
}

function linksIn(folder: string): readonly string[] {
  return entriesIn(folder).filter((path) => lstatSync(path).isSymbolicLink());
}

function entriesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
}

/** Whether an absolute path leads to a file, when `folder` is the root. */
function resolves(folder: string, path: string): boolean {
  let found = folder;
  const parts = path.split('/').filter(Boolean);
  for (let steps = 0; parts.length > 0 && steps < 40; steps++) {
    const next = join(found, parts.shift() as string);
    if (!existsSync(next) && !lstatSync(next, { throwIfNoEntry: false })?.isSymbolicLink()) return false;
    if (!lstatSync(next).isSymbolicLink()) {
      found = next;
      continue;
    }
    const target = readlinkSync(next);
    parts.unshift(...target.split('/').filter(Boolean));
    if (target.startsWith('/')) found = folder;
  }
  return parts.length === 0 && lstatSync(found).isFile();
}
