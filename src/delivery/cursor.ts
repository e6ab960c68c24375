/*
 * How far a receiver has been told, in a file of its own: written anew after each parcel that the receiver has taken, so that whatever ends a gateway, nothing that it has
 * not taken is passed over. What it took right before may come twice.
 */
import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { Place } from '../catalog/read-on.ts';
import type { ChainHead } from '../recording/chain.ts';

/** Where a receiver stands. */
export interface Cursor {
  /** Where reading goes on: at or before the oldest event that is needed; undefined: at the first that is there. */
  readonly from: Place | undefined;
  /** The last events of parcels that it has taken, the latest last: by these the journal is known again where its end was cut off in a crash. */
  readonly told: readonly ChainHead[];
}

/** Nobody has been told anything. */
export const NOTHING_TOLD: Cursor = Object.freeze({ from: undefined, told: [] });

/** @throws {Error} there is a file, and it is no cursor: whether something was told is not known */
export function readCursor(file: string): Cursor {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING_TOLD;
    throw error;
  }
  const cursor = parsed(text);
  if (cursor === undefined) throw new Error(`\`${file}\` is no cursor: remove it to tell everything again`);
  return cursor;
}

function parsed(text: string): Cursor | undefined {
  try {
    const { from, told } = JSON.parse(text) as Partial<Cursor>;
    const isPlace = from === undefined || (isHead(from) && [from.segment, from.byte].every(Number.isSafeInteger));
    return isPlace && Array.isArray(told) && told.every(isHead) ? { from, told } : undefined;
  } catch {
    return undefined;
  }
}

function isHead({ seq, hash }: Partial<ChainHead>): boolean {
  return Number.isSafeInteger(seq) && typeof hash === 'string';
}

/** Resolves when the disk has it. */
export async function writeCursor(file: string, cursor: Cursor): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(cursor));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
