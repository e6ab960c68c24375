/*
 * What stands behind the end of the chain is not deleted: it is kept beside the segments, in files that a `journal.recovered` line names.
 */
import { join } from 'node:path';
import type { ChainHead } from '../recording/chain.ts';
import { segmentName, segmentNumbers } from '../recording/segment-name.ts';
import type { Disk, FileState } from './disk.ts';

/** What was set aside. */
export interface SetAside {
  readonly bytes: number;
  readonly names: readonly string[];
  /** A number that no segment has had. */
  readonly nextSegment: number;
}

/** The file name for what is set aside of a segment. */
export function asideName(segment: number, nowMs: number): string {
  return `${segmentName(segment)}.${nowMs}.torn`;
}

/**
 * Sets aside all that stands behind `place`: the tail of its segment, where that is still the file that `id` names, and whole segments that were
 * begun after it. Can be repeated after it failed.
 */
export async function setAsideAfter(
  disk: Disk,
  folder: string,
  place: ChainHead & { readonly segment: number; readonly bytes: number },
  id: string,
  nowMs: number,
): Promise<SetAside> {
  const names: string[] = [];
  let bytes = 0;
  const numbers = segmentNumbers(await disk.list(folder));
  for (const segment of numbers.filter((number) => number > place.segment)) {
    const path = join(folder, segmentName(segment));
    bytes += (await disk.stat(path)).bytes;
    names.push(asideName(segment, nowMs));
    await disk.rename(path, join(folder, asideName(segment, nowMs)));
  }
  const path = join(folder, segmentName(place.segment));
  const found: FileState | undefined = numbers.includes(place.segment) ? await disk.stat(path) : undefined;
  if (found?.id === id && found.bytes > place.bytes) {
    bytes += found.bytes - place.bytes;
    names.push(asideName(place.segment, nowMs));
    await cutTail(disk, path, place.bytes, join(folder, asideName(place.segment, nowMs)));
  }
  return { bytes, names, nextSegment: Math.max(place.segment, ...numbers) + 1 };
}

/** Keeps what follows `bytes` in a file of its own, on the disk, before it is cut off; a copy that could not be finished is removed again. */
export async function cutTail(disk: Disk, path: string, bytes: number, asidePath: string): Promise<void> {
  const aside = await disk.create(asidePath);
  try {
    for await (const chunk of disk.read(path, bytes)) await aside.write(chunk);
    await aside.sync();
  } catch (error) {
    await disk.remove(asidePath).catch(() => {});
    throw error;
  } finally {
    await aside.close();
  }
  const file = await disk.append(path);
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
