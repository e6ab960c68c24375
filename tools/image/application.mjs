/**
 * The program itself: what `npm pack` would publish, and the packages of the lock file that it runs with.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { ForPeople } from '../for-people.mjs';
import { npm } from '../npm.mjs';
import { filesIn } from './files-in.mjs';

/** Where it is in the image. */
export const PLACE = 'opt/sallyport';

/** What no program reads: types, maps, tests, pages. Licenses stay. */
const UNREAD =
  /\.(d\.[cm]?ts|[cm]?ts|map|tsbuildinfo|flow)$|(^|\/)(README|CHANGELOG|HISTORY)[^/]*\.(md|markdown)$|(^|\/)\.[^/]+$|(^|\/)dist-(es|types)\//i;

/** The entries of the upper layer, and the packages in it. @throws {ForPeople} it cannot be compiled, or a package not fetched */
export async function application(root) {
  const { status } = spawnSync(process.execPath, ['tools/build.mjs'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new ForPeople('the program could not be compiled');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-image-'));
  try {
    for (const name of ['package.json', 'package-lock.json'])
      copyFileSync(path.join(root, name), path.join(folder, name));
    const args = [
      'ci',
      '--omit=dev',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--loglevel=error',
    ];
    await npm(process.execPath, args, { cwd: folder, env: process.env });
    const command = `${PLACE}/dist/main/sallyport.js`;
    const entries = [
      { path: 'usr/bin/sallyport', type: 'symlink', mode: 0o777, owner: 0, target: `../../${command}` },
      ...filesIn(path.join(root, 'dist'), `${PLACE}/dist`),
      ...filesIn(path.join(folder, 'node_modules'), `${PLACE}/node_modules`, (name) => !UNREAD.test(name)),
      ...['package.json', 'LICENSE'].map((name) => {
        return {
          path: `${PLACE}/${name}`,
          type: 'file',
          mode: 0o644,
          owner: 0,
          bytes: readFileSync(path.join(root, name)),
        };
      }),
    ];
    return {
      entries: entries.map((entry) => (entry.path === command ? started(entry) : readable(entry))),
      packages: lockedPackages(folder),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The command begins with the very program and flags: there is no `env` in the image. A gateway on few cores pauses for less long without V8's threads for garbage. */
function started(entry) {
  const text = entry.bytes.toString('utf8').replace(/^#!.*/, '#!/usr/bin/node --single-threaded-gc');
  return { ...entry, mode: 0o755, bytes: Buffer.from(text) };
}

/** Nothing else of it is started by itself, whoever packed it with which mode. */
function readable(entry) {
  return entry.type === 'file' ? { ...entry, mode: 0o644 } : entry;
}

function lockedPackages(folder) {
  const { packages } = JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([place, { dev, devOptional }]) => place !== '' && dev !== true && devOptional !== true)
    .map(([place, { version, integrity, license }]) => {
      return {
        name: place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
        version,
        integrity,
        license,
      };
    })
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}
