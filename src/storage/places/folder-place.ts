import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './place.ts';

/** A folder, such as a disk that is mounted from elsewhere. What may not be removed before a time is its own to see to. */
export function folderPlace(folder: string): Place {
  return {
    async put(name, path) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, `${name}.draft`);
      await copyFile(path, draft);
      await synced(draft);
      await rename(draft, join(folder, name));
      await synced(folder);
    },
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
