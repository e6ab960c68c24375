import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './place.ts';

/** A folder, such as a disk that is mounted from elsewhere. What may not be removed before a time is its own to see to. */
export function folderPlace(folder: string): Place {
  /** Gives the file its name, once it is whole and on the disk. */
  const put = async (name: string, path: string, place: (draft: string, to: string) => Promise<boolean>) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const draft = join(folder, `${name}.draft`);
    try {
      await copyFile(path, draft);
      await synced(draft);
      const isPlaced = await place(draft, join(folder, name));
      await synced(folder);
      return isPlaced;
    } finally {
      await rm(draft, { force: true });
    }
  };
  return {
    isLocking: false,
    async create(name, path) {
      if (await isThere(join(folder, name))) return false;
      return put(name, path, linked);
    },
    async replace(name, path) {
      await put(name, path, async (draft, to) => {
        await rename(draft, to);
        return true;
      });
    },
    async fetch(name, path) {
      try {
        await copyFile(join(folder, name), path, constants.COPYFILE_EXCL);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw error;
      }
    },
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}

/** A second name for a file, which changes nothing where it is one already; a file system that has no such names is asked before. */
async function linked(draft: string, to: string): Promise<boolean> {
  try {
    await link(draft, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    await rename(draft, to);
    return true;
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(notThere)) !== undefined;
}

function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
