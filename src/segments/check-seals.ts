import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_NOTES_FILE, trustedKeys } from '../recording/key-notes.ts';
import { MerkleTree } from '../recording/merkle-tree.ts';
import { readChain } from '../recording/read-chain.ts';
import { openSeal, type Seal } from '../recording/seal.ts';
import { sealName, sealNumbers, segmentName, segmentNumbers } from '../recording/segment-name.ts';

/** What of the seals is looked at. */
interface Asked {
  /** The key that is trusted; those that it follows or that follow it are too. */
  readonly verifier: (origin: string) => string;
  /** How many seals, the newest. */
  readonly sealsMax: number;
}

/** What the seals of a journal are. */
export interface SealsFound {
  /** Those that hold, in order. */
  readonly seals: readonly Seal[];
  /** The first thing that is wrong, in one sentence without a final stop. */
  readonly fault: string | undefined;
}

/**
 * Whether the newest seals are what a trusted key signed, follow one another, and what was written after them goes on from the last one.
 *
 * Limit: at most `sealsMax` are looked at; what stands in the segments themselves is for `journal verify`.
 *
 * @throws {Error} of the file system
 */
export async function checkSeals(folder: string, { verifier, sealsMax }: Asked): Promise<SealsFound> {
  const names = readdirSync(folder);
  const notes = names.includes(KEY_NOTES_FILE) ? readFileSync(join(folder, KEY_NOTES_FILE), 'utf8') : '';
  const seals: Seal[] = [];
  const found = (fault?: string): SealsFound => ({ seals, fault });
  for (const number of sealNumbers(names).slice(-sealsMax)) {
    const name = sealName(number);
    const note = readFileSync(join(folder, name), 'utf8');
    const origin = note.split('\n', 1)[0] ?? '';
    const seal = openSeal(note, trustedKeys(verifier(origin), notes));
    if (typeof seal === 'string')
      return found(
        `\`${name}\`: ${seal}; a key that took the place of another follows it by \`sallyport journal key\``,
      );
    const fault = seal.segment === number ? gapOf(seals.at(-1), seal) : 'it is the seal of another segment';
    if (fault !== undefined) return found(`\`${name}\`: ${fault}`);
    seals.push(seal);
  }
  const last = seals.at(-1);
  return found(last === undefined ? undefined : await breakAfter(folder, names, last));
}

function gapOf(last: Seal | undefined, seal: Seal): string | undefined {
  if (last === undefined) return undefined;
  const isNext =
    seal.origin === last.origin && seal.from === last.to + 1 && MerkleTree.of(seal.before).root().equals(last.root);
  return isNext ? undefined : `it does not go on from that of segment ${last.segment}`;
}

/** Why what is written after the last seal does not go on from it. */
async function breakAfter(folder: string, names: readonly string[], last: Seal): Promise<string | undefined> {
  const next = segmentNumbers(names).find((number) => number > last.segment);
  if (next === undefined)
    return `segment ${last.segment} is sealed, and the segment that was written after it is not here: events ${last.to + 1} and later are cut off`;
  const chunks = createReadStream(join(folder, segmentName(next)), { end: 512 * 1024 });
  const reading = readChain(chunks, { seq: last.to, hash: last.chain });
  const first = await reading.next();
  chunks.destroy();
  const isTorn = first.done === true && first.value.fault?.kind === 'unfinished';
  return first.done === true && !isTorn ? `\`${segmentName(next)}\` does not go on from the seal before it` : undefined;
}
