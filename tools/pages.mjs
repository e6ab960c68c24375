/**
 * The console's pages, `dist/web`, built from `web`, whose packages are its own: the gateway and what is published need none of them.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ForPeople } from './for-people.mjs';
import { withLock } from './lock.mjs';
import { ensurePackages } from './packages.mjs';

/** What the pages are made of beside their own folder: the contract, and what it imports. */
const alsoFrom = ['src/control', 'src/std'];
/** In a folder of sources, what is none. */
const notSources = new Set(['node_modules', '.cache']);

/**
 * Builds the pages where they are not there, or not of these sources; quick where they are.
 *
 * @throws {ForPeople} they cannot be built
 */
export async function ensurePages(root, node, env) {
  const folder = path.join(root, 'web');
  if (!existsSync(path.join(folder, 'build.mjs'))) return;
  const stampFile = path.join(root, 'dist', 'web', '.sources');
  const stamp = digestOf(root);
  const isBuilt = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (isBuilt()) return;
  await withLock(path.join(folder, '.cache', 'pages.lock'), async () => {
    if (isBuilt()) return;
    await ensurePackages(folder, node, env, 'webDependencies');
    await build(root, node, env);
    writeFileSync(stampFile, stamp);
  });
}

function digestOf(root) {
  const digest = createHash('sha256');
  for (const file of ['web', ...alsoFrom].flatMap((folder) => filesIn(path.join(root, folder)))) {
    const bytes = readFileSync(file);
    digest.update(`${path.relative(root, file)}\0${bytes.length}\0`).update(bytes);
  }
  return digest.digest('hex');
}

function filesIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !notSources.has(name));
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const at = path.join(folder, entry.name);
      return entry.isDirectory() ? filesIn(at) : [at];
    });
}

function build(root, node, env) {
  const child = spawn(node, [path.join(root, 'web', 'build.mjs')], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new ForPeople(`the console's pages could not be built:\n${said.trim()}`)),
    );
  });
}
