import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ForPeople } from '../for-people.mjs';
import { npm } from '../npm.mjs';

const toolchain = JSON.parse(readFileSync(new URL('../toolchain.json', import.meta.url), 'utf8'));

/**
 * The pinned Node of a platform, from the npm registry's package that the toolchain names: its program, its license, and the digest of the package.
 *
 * @throws {ForPeople} it cannot be fetched, or is not the recorded one
 */
export async function nodeProgram(platform, cache) {
  const pinned = toolchain.packages[platform];
  const home = path.join(cache, `image-node-${toolchain.version}-${platform}`);
  if (!existsSync(home)) await fetchInto(home, cache, pinned);
  return {
    version: toolchain.version,
    package: pinned.name,
    integrity: pinned.integrity,
    program: readFileSync(path.join(home, 'bin', 'node')),
    license: readFileSync(path.join(home, 'LICENSE')),
  };
}

async function fetchInto(home, cache, pinned) {
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(path.join(cache, 'image-node-'));
  const spec = `${pinned.name}@${toolchain.version}`;
  process.stderr.write(`fetching ${spec} (${Math.round(pinned.bytes / 1e6)} MB) from the npm registry\n`);
  try {
    const args = ['pack', spec, '--pack-destination', staging, '--ignore-scripts', '--loglevel=error'];
    await npm(process.execPath, args, { cwd: staging, env: process.env });
    const archive = path.join(staging, readdirSync(staging).find((name) => name.endsWith('.tgz')) ?? '');
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    // Security: a registry or mirror that answers with other bytes ends here.
    if (found !== pinned.integrity)
      throw new ForPeople(
        `what the npm registry sent as ${spec} is not what is recorded in tools/toolchain.json (${found})`,
      );
    execFileSync('tar', ['-xzf', archive, '-C', staging, 'package/bin/node', 'package/LICENSE']);
    if (!existsSync(home)) renameSync(path.join(staging, 'package'), home);
  } finally {
    rmSync(staging, { recursive: true });
  }
}
