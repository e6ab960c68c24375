/*
 * The images that the specs' pods ask for, made of the machine's static busybox and of agnhost, upstream's own test program. Registries are not asked: each image is
 * put into containerd under the name that the specs have for it. What needs another image than these is not run (which-specs.ts).
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../clients/programs.ts';
import type { Cluster } from '../support/cluster.ts';

interface Image {
  readonly tags: readonly string[];
  readonly config: object;
}

const E2E = 'registry.k8s.io/e2e-test-images';
const IMAGES: readonly Image[] = [
  {
    tags: [`${E2E}/busybox:1.36.1-1`, `${E2E}/busybox:1.37.0-1`],
    config: { Cmd: ['sh'] },
  },
  {
    tags: [`${E2E}/agnhost:2.55`, `${E2E}/agnhost:2.59`],
    config: { Entrypoint: ['/agnhost'], Cmd: ['pause'] },
  },
  {
    tags: ['registry.k8s.io/pause:3.10.1'],
    config: { Entrypoint: ['/agnhost', 'pause'] },
  },
  {
    tags: [`${E2E}/nginx:1.14-4`, `${E2E}/nginx:1.15-4`],
    config: { Cmd: ['/agnhost', 'netexec', '--http-port', '80', '--udp-port', '-1'] },
  },
  {
    tags: [`${E2E}/nonroot:1.4`],
    config: { User: '1234', Entrypoint: ['/agnhost'], Cmd: ['pause'] },
  },
];

/** Puts the images into the cluster's containerd. */
export async function importImages(cluster: Cluster, agnhost: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-images-'));
  try {
    // Beside the program, what upstream's image has: readiness is probed by a file that it serves.
    mkdirSync(join(folder, 'root', 'uploads'), { recursive: true });
    writeFileSync(join(folder, 'root', 'localhost.crt'), 'served\n');
    symlinkSync('agnhost', join(folder, 'root', 'agnhost-2'));
    copyFileSync(agnhost, join(folder, 'root', 'agnhost'));
    copyFileSync(join(cluster.folder, 'image', 'out', 'layer.tar'), join(folder, 'busybox.tar'));
    const ids = ['--owner', '0', '--group', '0', '--sort=name', '--mtime=@0'];
    await run('tar', ['-C', join(folder, 'root'), ...ids, '-cf', join(folder, 'agnhost.tar'), '.']);
    const layers = ['busybox.tar', 'agnhost.tar'];
    const rootfs = { type: 'layers', diff_ids: layers.map((name) => digest(join(folder, name))) };
    const manifest = IMAGES.map(({ tags, config }, index) => {
      const name = `config-${index}.json`;
      const whole = { architecture: 'amd64', os: 'linux', config: { Env: ['PATH=/bin'], ...config }, rootfs };
      writeFileSync(join(folder, name), JSON.stringify(whole));
      return { Config: name, RepoTags: tags, Layers: layers };
    });
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const names = ['manifest.json', ...layers, ...manifest.map(({ Config }) => Config)];
    await run('tar', ['-C', folder, '-cf', join(folder, 'images.tar'), ...names]);
    const socket = join(cluster.folder, 'containerd', 'containerd.sock');
    await run('ctr', ['-a', socket, '-n', 'k8s.io', 'images', 'import', join(folder, 'images.tar')]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function digest(file: string): string {
  return `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
}
