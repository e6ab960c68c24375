/**
 * One at a time, between processes: a folder that only one can make, kept fresh while the work goes on.
 *
 * A process id would name nothing across containers that share a folder, so the holder touches the lock every second, and a
 * lock that nobody has touched for `staleMs` is taken over: its holder was killed.
 */
import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from './cache-folder.mjs';
import { ForPeople } from './for-people.mjs';

const staleMs = 15_000;
const pollMs = 200;

/**
 * Runs `work` while holding the lock; says once on stderr that it waits where another holds it.
 *
 * @throws {ForPeople} the folder cannot be made
 */
export async function withLock(folder, work) {
  await mkdir(path.dirname(folder), { recursive: true }).catch((thrown) => cannotMake(folder, thrown));
  await acquire(folder);
  const timer = setInterval(() => {
    const now = new Date();
    utimes(folder, now, now).catch(() => {});
  }, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await rm(folder, { recursive: true, force: true });
  }
}

async function acquire(folder) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await mkdir(folder);
    } catch (thrown) {
      if (thrown.code !== 'EEXIST') cannotMake(folder, thrown);
    }
    if (tries === 0) process.stderr.write('another run is setting up; waiting for it\n');
    const touchedMs = (await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - touchedMs > staleMs) await rm(folder, { recursive: true, force: true });
    await sleep(pollMs);
  }
}

function cannotMake(folder, thrown) {
  const isCache = folder.startsWith(cacheFolder());
  const advice = isCache ? '; XDG_CACHE_HOME can name another place for what is fetched' : '';
  throw new ForPeople(`${path.dirname(folder)} cannot be written (${thrown.code})${advice}`);
}
