import { join } from 'node:path';
import { readSeal, type Seal } from '../../recording/seal.ts';
import { sealName } from '../../recording/segment-name.ts';
import type { Disk } from '../disk.ts';
import { JournalError } from '../journal-error.ts';

/** What is signed of a sealed segment. @throws {JournalError} its file holds no seal @throws {Error} of the file system */
export async function sealOn(disk: Disk, folder: string, segment: number): Promise<Seal> {
  const chunks: Buffer[] = [];
  for await (const chunk of disk.read(join(folder, sealName(segment)), 0)) chunks.push(Buffer.from(chunk));
  const seal = readSeal(Buffer.concat(chunks).toString());
  if (seal === undefined) throw new JournalError(`\`${join(folder, sealName(segment))}\` holds no seal`);
  return seal;
}
