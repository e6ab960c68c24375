import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

interface Entry {
  readonly path: string;
  readonly type: 'file' | 'symlink' | 'directory';
  readonly mode: number;
  readonly owner: number;
  readonly bytes?: Buffer;
  readonly target?: string;
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

interface Layout {
  layer(archive: Buffer): { readonly descriptor: Descriptor; readonly diffId: string };
  image(layers: readonly object[], of: object): Descriptor;
  attestation(image: Descriptor, name: string, statements: readonly object[]): Descriptor;
  finish(manifests: readonly Descriptor[], name: string): Descriptor;
}

const { tar } = (await import(path.resolve('tools/image/tar.mjs'))) as {
  readonly tar: (entries: readonly Entry[]) => Buffer;
};
const { Layout } = (await import(path.resolve('tools/image/layout.mjs'))) as {
  readonly Layout: new (folder: string) => Layout;
};

const LONG = `opt/${'folder/'.repeat(16)}${'name'.repeat(20)}`;
const ENTRIES: readonly Entry[] = [
  { path: 'usr/bin/program', type: 'file', mode: 0o755, owner: 0, bytes: Buffer.from('a program') },
  { path: LONG, type: 'file', mode: 0o644, owner: 0, bytes: Buffer.alloc(1_000, 7) },
  { path: 'bin', type: 'symlink', mode: 0o777, owner: 0, target: 'usr/bin' },
  { path: 'var/data', type: 'directory', mode: 0o700, owner: 65532 },
  { path: 'tmp', type: 'directory', mode: 0o1777, owner: 0 },
];

describe('the archive of a layer', () => {
  test('is the same whatever the order of its entries, and is read by tar as it was meant', () => {
    const archive = tar(ENTRIES);
    assert.deepEqual(tar([...ENTRIES].reverse()), archive);
    const listed = execFileSync('tar', ['-tvf', '-', '--numeric-owner'], {
      input: archive,
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    const rows = listed
      .trim()
      .split('\n')
      .map((row) => row.replace(/\s+/g, ' '));
    assert.ok(
      rows.every((row) => row.includes(' 1970-01-01 00:00 ')),
      listed,
    );
    const of = (name: string) => rows.find((row) => row.includes(` ${name}`)) ?? '';
    assert.match(of('usr/bin/program'), /^-rwxr-xr-x 0\/0 9 /);
    assert.match(of(LONG), /^-rw-r--r-- 0\/0 1000 /);
    assert.match(of('bin -> usr/bin'), /^lrwxrwxrwx 0\/0 /);
    assert.match(of('var/data/'), /^drwx------ 65532\/65532 /);
    assert.match(of('tmp/'), /^drwxrwxrwt 0\/0 /);
    assert.match(of('usr/bin/'), /^drwxr-xr-x 0\/0 /);
  });

  test('a path that the format cannot hold stops it', () => {
    assert.throws(() => tar([{ path: 'x'.repeat(300), type: 'directory', mode: 0o755, owner: 0 }]), /too long/);
  });
});

describe('the layout of an image', () => {
  test('every blob is what its digest says, and the index leads to all of them', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sallyport-layout-'));
    try {
      const layout = new Layout(folder);
      const layer = { ...layout.layer(tar(ENTRIES)), what: 'all' };
      const image = layout.image([layer], { architecture: 'amd64', config: {}, created: '1970-01-01T00:00:00Z' });
      const stated = layout.attestation(image, 'sallyport', [
        { predicateType: 'https://spdx.dev/Document', predicate: { a: 1 } },
      ]);
      layout.finish([image, stated], 'sallyport:1');
      const blob = ({ digest, size }: Descriptor) => {
        const bytes = readFileSync(path.join(folder, 'blobs', ...digest.split(':')));
        const found = createHash('sha256').update(bytes).digest('hex');
        assert.deepEqual([`sha256:${found}`, bytes.length], [digest, size]);
        return bytes;
      };
      const json = (of: Descriptor) => JSON.parse(blob(of).toString('utf8'));
      const [named] = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8')).manifests;
      const [first, second] = json(named).manifests;
      const manifest = json(first);
      assert.deepEqual(json(manifest.config).rootfs.diff_ids, [layer.diffId]);
      assert.deepEqual(gunzipSync(blob(manifest.layers[0])), tar(ENTRIES));
      assert.equal(second.annotations['vnd.docker.reference.digest'], image.digest);
      const [statement] = json(second).layers;
      assert.equal(`sha256:${json(statement).subject[0].digest.sha256}`, image.digest);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
