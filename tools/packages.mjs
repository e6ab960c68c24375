/**
 * The packages of package-lock.json in node_modules.
 *
 * Whether they are there is read from npm's own account of what it installed (node_modules/.package-lock.json, written last),
 * so that a person's own `npm install` counts and one that was cut short does not.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ForPeople } from './for-people.mjs';
import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { withProgress } from './progress.mjs';

/**
 * Installs what the lock file in `folder` names where it is not there; quick where it is. `size` is the key of toolchain.json that says how much there is to fetch.
 *
 * @throws {ForPeople} when npm cannot install, with npm's own last lines
 */
export async function ensurePackages(folder, node, env, size = 'dependencies') {
  if (isInstalled(folder)) return;
  await withLock(path.join(folder, '.cache', 'packages.lock'), async () => {
    if (!isInstalled(folder)) await install(folder, node, env, size);
  });
}

function isInstalled(root) {
  const wanted = packagesIn(path.join(root, 'package-lock.json'));
  const present = packagesIn(path.join(root, 'node_modules', '.package-lock.json'));
  const missing = Object.keys(wanted).some((name) => present[name] === undefined && !wanted[name].optional);
  const other = Object.keys(present).some((name) => present[name].integrity !== wanted[name]?.integrity);
  return !missing && !other;
}

function packagesIn(lockFile) {
  try {
    const { '': _project, ...packages } = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
    return packages;
  } catch (thrown) {
    if (thrown.code === 'ENOENT') return {};
    throw thrown;
  }
}

async function install(root, node, env, size) {
  const { [size]: dependencies } = JSON.parse(readFileSync(new URL('toolchain.json', import.meta.url), 'utf8'));
  const count = Object.values(packagesIn(path.join(root, 'package-lock.json'))).filter(
    (entry) => !entry.optional,
  ).length;
  const label = `installing ${count} packages (about ${dependencies.downloadMegabytes} MB to fetch) into ${path.join(path.relative(process.cwd(), root), 'node_modules')}`;
  const startedMs = Date.now();
  const elapsed = () => `${Math.round((Date.now() - startedMs) / 1000)} s`;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await withProgress(label, elapsed, npm(node, args, { cwd: root, env }));
  } catch (thrown) {
    if (thrown.isForPeople) throw thrown;
    throw new ForPeople(
      `the packages of package-lock.json could not be installed:\n${thrown.message}\nCheck that \`npm ping\` works here, then run this again.`,
    );
  }
}
