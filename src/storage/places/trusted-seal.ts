import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSeal, type Seal } from '../../recording/seal.ts';
import { sealName } from '../../recording/segment-name.ts';

/** The keys of which one has to have signed what bears this name. */
export type TrustedKeys = (origin: string) => readonly string[];

/** The seal of a segment, where a trusted key signed it; else why there is none, in one phrase. @throws {Error} of the file system */
export function trustedSeal(folder: string, segment: number, trusted: TrustedKeys): Seal | string {
  let note: string;
  try {
    note = readFileSync(join(folder, sealName(segment)), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'there is none';
    throw error;
  }
  const seal = openSeal(note, trusted(note.split('\n', 1)[0] ?? ''));
  if (typeof seal === 'string') return seal;
  return seal.segment === segment ? seal : 'it is the seal of another segment';
}
