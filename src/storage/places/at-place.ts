/*
 * One place, as the copying sees it: files are put there once, and what is there is looked at as it is there, in a folder of its own beside the journal.
 */
import { statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import type { Copied } from './copied.ts';
import type { CopyFault, Place } from './place.ts';
import type { SaidGone } from './said-gone.ts';
import type { TrustedKeys } from './trusted-seal.ts';

/** What copying to a place works with. */
export interface AtPlace {
  readonly folder: string;
  readonly name: string;
  readonly place: Place;
  readonly copied: Copied;
  readonly said: SaidGone;
  readonly trusted: TrustedKeys;
  readonly rules: readonly RetentionRule[];
  readonly nowMs: number;
  /** Both stay as they are, and it is told. */
  readonly onFault: (fault: CopyFault) => void;
  readonly onSent: () => void;
}

/** What stands in the place of a file's size and time where it is not here any more. */
export const NOT_HERE = '-';

/** The size and the time of a file here: another one tells that it was changed. */
export function stampOf(folder: string, file: string): string {
  const found = statSync(join(folder, file), { throwIfNoEntry: false });
  return found === undefined ? NOT_HERE : `${found.size}:${found.mtimeMs}`;
}

/** Tells that the two do not agree on a file. */
export function fault({ name, onFault }: AtPlace, file: string, why: string): void {
  onFault({ place: name, file, why });
}

/** Works in a folder of its own beside the journal. */
export async function inFolder<Value>(folder: string, work: (scratch: string) => Promise<Value>): Promise<Value> {
  const scratch = await mkdtemp(join(folder, 'places-'));
  try {
    return await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Puts a file there that is there once and for all, or finds whether the two are the same. `other`: the place has another one of that name, which stays.
 *
 * @throws {Error} the place does not take it
 */
export async function putOnce(at: AtPlace, file: string, until: number): Promise<'put' | 'same' | 'other'> {
  const path = join(at.folder, file);
  if (await at.place.create(file, path, until)) {
    at.onSent();
    return 'put';
  }
  return inFolder(at.folder, async (scratch) => {
    const there = join(scratch, file);
    // Gone between two questions: told as another, and looked at again.
    if (!(await at.place.fetch(file, there))) return 'other';
    const [a, b] = await Promise.all([readFile(path), readFile(there)]);
    return a.equals(b) ? 'same' : 'other';
  });
}

/** Has a file kept there for longer, where the place can: its own bytes, never those that are here. */
export async function keepLonger(at: AtPlace, file: string, until: number): Promise<void> {
  if (!at.place.isLocking) return;
  await inFolder(at.folder, async (scratch) => {
    const there = join(scratch, file);
    if (!(await at.place.fetch(file, there))) return;
    await at.place.replace(file, there, until);
    at.onSent();
  });
}
