import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { patternMasks } from '../../test/support/masking.ts';
import { builtInDetection } from '../masking/detect/built-in-detection.ts';
import type { KeptFile } from '../recording/keeping.ts';
import { KeyedCount, keyedDigest } from '../recording/keyed-digest.ts';
import { ARCHIVE_LIMITS, ArchiveFiles } from './archive-files.ts';

const KEY = Buffer.alloc(32, 7);
const TOKEN = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

function archiveOf(t: { after(run: () => void): void }, names: readonly string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-files-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'd'));
  for (const name of names) writeFileSync(join(folder, 'd', name), name, { mode: 0o644 });
  return spawnSync('tar', ['-cf', '-', 'd'], { cwd: folder, maxBuffer: 64 * 1024 * 1024 }).stdout;
}

function filesOf(bytes: Buffer, detection = builtInDetection()) {
  const told: KeptFile[] = [];
  const files = new ArchiveFiles({ typed: () => new KeyedCount(KEY), onFile: (file) => told.push(file), detection });
  files.take(bytes);
  return { told, end: files.end() };
}

test('T55: the digest of a file is keyed, and a secret in its name is masked', (t) => {
  const { told, end } = filesOf(archiveOf(t, ['plain', TOKEN]));
  assert.deepEqual(told.find(({ path }) => path === 'd/plain')?.digest, keyedDigest(KEY)(Buffer.from('plain')));
  assert.equal(end?.count, 3);
  assert.doesNotMatch(JSON.stringify([told, end]), /ghp_a1B2/);
  assert.equal(told.filter(({ digest }) => digest !== undefined).length, 2, 'a folder has none');
});

test('T55: what a mask of policy knows in the name of a file is masked', (t) => {
  const { told, end } = filesOf(archiveOf(t, ['of-blue-123456']), patternMasks('blue-[0-9]{6}').everyDetection());
  assert.equal(end?.count, 2);
  assert.match(JSON.stringify(told), /d\/of-masked-by-sallyport-own/);
  assert.doesNotMatch(JSON.stringify([told, end]), /123456/);
});

test('of many files the line has the first, the recording as many as it may, and all are counted', (t) => {
  const one = archiveOf(t, ['one']).subarray(0, 512 * 3);
  // The header of the folder once, and then the same file again and again.
  const file = one.subarray(512);
  const many = ARCHIVE_LIMITS.filesMax + 5;
  const { told, end } = filesOf(Buffer.concat([one.subarray(0, 512), ...Array.from({ length: many }, () => file)]));
  assert.deepEqual(
    [end?.count, end?.first.length, told.length],
    [many + 1, ARCHIVE_LIMITS.filesInLineMax, ARCHIVE_LIMITS.filesMax],
  );
});

test('what is no archive has no files, and what is cut is told so', (t) => {
  assert.equal(filesOf(Buffer.alloc(4_096, 'text\n')).end, undefined);
  const whole = archiveOf(t, ['one', 'two']);
  const cut = filesOf(whole.subarray(0, 512 + 512 + 2));
  assert.deepEqual([cut.end?.count, cut.end?.first.at(-1)?.isCut], [2, true]);
  const broken = filesOf(Buffer.concat([whole.subarray(0, 1_536), Buffer.alloc(512, 3)]));
  assert.equal(broken.end?.isPart, true);
});
