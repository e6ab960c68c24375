/*
 * Each worker of a gateway writes a journal of its own: the first in the configuration's folder, as a gateway without workers does, each other in a folder inside of that
 * one. So a gateway may get more or fewer workers, and whoever is given the folder finds them all.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of a worker's journal. */
export function workerJournal(folder: string, worker: number): string {
  return worker === 1 ? folder : join(folder, `worker-${worker}`);
}

/** The folders of all journals that workers write or have written into this one, the first worker's first. */
export function journalsIn(folder: string): readonly string[] {
  const others = namesIn(folder).flatMap((name) => {
    const [, worker] = /^worker-([1-9]\d{0,3})$/.exec(name) ?? [];
    return worker === undefined ? [] : [Number(worker)];
  });
  return [folder, ...others.sort((a, b) => a - b).map((worker) => workerJournal(folder, worker))];
}

/** None where there is no folder yet: who reads it says so. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
