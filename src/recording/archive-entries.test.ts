import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { ArchiveEntries, type ArchiveEntry } from './archive-entries.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-archive-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const LONG = `${'deep/'.repeat(40)}${'n'.repeat(80)}.txt`;
mkdirSync(join(folder, 'app', LONG.slice(0, LONG.lastIndexOf('/'))), { recursive: true });
writeFileSync(join(folder, 'app/settings.yaml'), 'a: 1\n', { mode: 0o640 });
writeFileSync(join(folder, 'app/päth with blank'), 'x'.repeat(513), { mode: 0o755 });
writeFileSync(join(folder, 'app/empty'), '', { mode: 0o644 });
writeFileSync(join(folder, 'app', LONG), 'far', { mode: 0o600 });
symlinkSync('settings.yaml', join(folder, 'app/link'));

const archive = (format: string) => {
  const { stdout, status } = spawnSync('tar', [`--format=${format}`, '-cf', '-', 'app'], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  });
  // The old format has no place for the longest name, and tar says so.
  assert.equal(status, format === 'ustar' ? 2 : 0);
  return stdout;
};

interface Told extends ArchiveEntry {
  readonly said: string;
  readonly isWhole: boolean;
}

function read(chunks: readonly Buffer[]): { told: readonly Told[]; isArchive: boolean } {
  const told: Told[] = [];
  let entry: ArchiveEntry | undefined;
  let said: Buffer[] = [];
  const entries = new ArchiveEntries({
    begin(begun) {
      entry = begun;
      said = [];
    },
    data: (chunk) => said.push(Buffer.from(chunk)),
    end: (isWhole) => told.push({ ...(entry as ArchiveEntry), said: Buffer.concat(said).toString(), isWhole }),
  });
  for (const chunk of chunks) entries.take(chunk);
  entries.end();
  return { told, isArchive: entries.isArchive };
}

const files = ({ told }: ReturnType<typeof read>) =>
  told
    .filter(({ kind }) => kind !== 'directory')
    .map(({ path, kind, bytes, mode, said, isWhole }) => [path, kind, bytes, mode, said.length, isWhole])
    .sort();

for (const format of ['gnu', 'posix', 'ustar'])
  test(`the files of what tar writes (${format}) are told by name, size and mode, with their very bytes`, () => {
    const found = read([archive(format)]);
    const expected = [
      ['app/empty', 'file', 0, '0644', 0, true],
      ['app/link', 'link', 0, '0777', 0, true],
      ['app/päth with blank', 'file', 513, '0755', 513, true],
      ['app/settings.yaml', 'file', 5, '0640', 5, true],
      [`app/${LONG}`, 'file', 3, '0600', 3, true],
    ].sort();
    assert.deepEqual(
      files(found),
      format === 'ustar' ? expected.filter(([path]) => String(path).length < 256) : expected,
    );
    assert.equal(found.isArchive, true);
  });

test('how the bytes were cut changes nothing', () => {
  const whole = archive('posix');
  const expected = read([whole]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 40 }), (sizes) => {
      const chunks: Buffer[] = [];
      for (let at = 0, i = 0; at < whole.length; i++) {
        const size = sizes[i % sizes.length] as number;
        chunks.push(whole.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(read(chunks), expected);
    }),
  );
});

test('what is cut in the middle of a file, and what is no archive, is told so', () => {
  const whole = archive('gnu');
  const cut = read([whole.subarray(0, whole.indexOf('x'.repeat(400)) + 100)]);
  assert.equal(cut.told.at(-1)?.isWhole, false);
  for (const bytes of [whole.subarray(100), Buffer.alloc(2_000, 'text\n'), Buffer.alloc(512, 1)]) {
    const none = read([bytes]);
    assert.deepEqual([none.told, none.isArchive], [[], false]);
  }
});

test('whatever bytes come, nothing is thrown, and no more is told than came', () => {
  const whole = archive('posix');
  const byte = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 30 }), (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      const { told } = read([bytes]);
      assert.ok(told.reduce((sum, { said }) => sum + said.length, 0) <= bytes.length);
    }),
  );
});

test('a file that is larger than eight digits can tell is told by its size', () => {
  writeFileSync(join(folder, 'large'), '');
  truncateSync(join(folder, 'large'), 9 * 1024 ** 3);
  for (const format of ['gnu', 'posix']) {
    const head = spawnSync('sh', ['-c', `tar --format=${format} -cf - large 2>/dev/null | head -c 4096`], {
      cwd: folder,
    });
    assert.equal(read([head.stdout]).told[0]?.bytes, 9 * 1024 ** 3, format);
  }
});
