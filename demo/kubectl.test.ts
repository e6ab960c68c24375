import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { checked, findKubectl } from './kubectl.ts';
import { tarEntry } from './tar-entry.ts';
import { zipEntry } from './zip-entry.ts';

test('a kubectl is found that runs and says its version', async () => {
  const kubectl = await findKubectl(() => undefined);
  const { clientVersion } = JSON.parse(
    execFileSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' }),
  );
  assert.ok(Number.parseInt(clientVersion.minor, 10) >= 30);
});

test('a download is taken with its own checksum, and with no other', () => {
  const program = Buffer.from('a program');
  const sum = createHash('sha256').update(program).digest('hex');
  assert.equal(checked(program, sum), program);
  assert.equal(checked(program, `${sum}  kubectl\n`), program);
  assert.throws(() => checked(Buffer.from('another'), sum), /should be/);
  assert.throws(() => checked(program, ''), /should be/);
  assert.throws(() => checked(program, '<html>'), /should be/);
});

test('a file is taken out of a tar archive', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tar-entry-'));
  try {
    writeFileSync(join(folder, 'one'), 'first');
    writeFileSync(join(folder, 'two'), 'x'.repeat(1500));
    execFileSync('tar', ['-cf', 'all.tar', 'one', 'two'], { cwd: folder });
    const archive = readFileSync(join(folder, 'all.tar'));
    assert.equal(tarEntry(archive, 'one').toString(), 'first');
    assert.equal(tarEntry(archive, 'two').length, 1500);
    assert.throws(() => tarEntry(archive, 'three'), /no three/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a file is taken out of a ZIP archive, stored or deflated', () => {
  const archive = zip([
    { name: 'a/stored', method: 0, bytes: Buffer.from('as it is') },
    { name: 'a/packed', method: 8, bytes: deflateRawSync(Buffer.from('packed '.repeat(50))) },
    { name: 'a/odd', method: 99, bytes: Buffer.alloc(1) },
  ]);
  assert.equal(zipEntry(archive, 'a/stored').toString(), 'as it is');
  assert.equal(zipEntry(archive, 'a/packed').toString(), 'packed '.repeat(50));
  assert.throws(() => zipEntry(archive, 'a/odd'), /method 99/);
  assert.throws(() => zipEntry(archive, 'a/none'), /no a\/none/);
  assert.throws(() => zipEntry(Buffer.from('text'), 'a'), /no ZIP/);
});

function zip(entries: readonly { name: string; method: number; bytes: Buffer }[]): Buffer {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const { name, method, bytes } of entries) {
    const local = Buffer.alloc(30);
    local.write('PK\x03\x04', 0, 'latin1');
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(bytes.length, 20);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    locals.push(local, Buffer.from(name), bytes);
    centrals.push(central, Buffer.from(name));
    at += 30 + name.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...centrals, end]);
}
