import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './figures.ts';

/** What one sync of the disk takes, in milliseconds: a small append and `fdatasync`, one after the other; the middle of many. */
export function syncMs(folder: string, times = 100): number {
  const path = join(folder, 'sync');
  const fd = openSync(path, 'a');
  const found: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    writeSync(fd, Buffer.alloc(1_000));
    fdatasyncSync(fd);
    found.push(performance.now() - began);
  }
  closeSync(fd);
  rmSync(path);
  return median(found);
}
