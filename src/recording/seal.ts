/*
 * What is signed of a closed segment: a checkpoint of all events up to its end (so that it is one for whoever knows that format), and with it, in lines of its own, what
 * lets the chain and the tree go on from here without the segment's events.
 *
 *   sallyport/gw-1            origin
 *   1300                      events up to the segment's end
 *   <root>                    of the tree over them
 *   segment 12 1201           the segment, and its first event
 *   at <from> <to>            when the first and the last of its events were, in milliseconds
 *   pieces 3 5                the packs that its events name pieces of, from and to; 0 0 where they name none
 *   chain <hash>              of its last line
 *   before <hash> …           the subtrees of the events before it
 *   own <hash> …              and those of its own
 *
 * Source: https://c2sp.org/tlog-checkpoint, extension lines
 */
import type { KeyObject } from 'node:crypto';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { MerkleTree, type Subtree, subtreeSizes } from './merkle-tree.ts';

/** What is signed of a segment. */
export interface Seal {
  readonly origin: string;
  readonly segment: number;
  /** The numbers of its first and last event. */
  readonly from: number;
  readonly to: number;
  /** When its first and its last event were. */
  readonly fromAt: number;
  readonly toAt: number;
  /** The numbers of the packs that its events name pieces of lie between these, both included; 0 where they name none. */
  readonly packFrom: number;
  readonly packTo: number;
  readonly root: Buffer;
  /** The hash of its last line. */
  readonly chain: string;
  readonly before: readonly Subtree[];
  readonly own: readonly Subtree[];
}

/** The seal as a signed note. */
export function signSeal(seal: Seal, key: KeyObject): string {
  const { origin, segment, from, to, fromAt, toAt, packFrom, packTo, root, chain, before, own } = seal;
  const hashes = (subtrees: readonly Subtree[]) => subtrees.map(({ hash }) => ` ${hash.toString('base64')}`).join('');
  const extension = [
    `segment ${segment} ${from}`,
    `at ${fromAt} ${toAt}`,
    `pieces ${packFrom} ${packTo}`,
    `chain ${chain}`,
    `before${hashes(before)}`,
    `own${hashes(own)}`,
  ];
  return signCheckpoint({ origin, size: to, root, extension }, key);
}

/** What a seal says, where one of these keys signed it; else why it is not taken, in one phrase. */
export function openSeal(note: string, verifiers: readonly string[]): Seal | string {
  let why = 'there is no key';
  for (const verifier of verifiers) {
    const opened = openCheckpoint(note, verifier);
    if (typeof opened !== 'string') return sealIn(opened.origin, opened.size, opened.root, opened.extension ?? []);
    why = opened;
  }
  return why;
}

/** What a seal says, whoever signed it; undefined where it is none. */
export function readSeal(note: string): Seal | undefined {
  const [origin = '', size = '', root = '', ...extension] = (note.split('\n\n')[0] ?? '').split('\n');
  if (!/^[1-9]\d{0,14}$/.test(size)) return undefined;
  const seal = sealIn(origin, Number(size), Buffer.from(root, 'base64'), extension);
  return typeof seal === 'string' ? undefined : seal;
}

const NONE = 'it is no seal';

function sealIn(origin: string, to: number, root: Buffer, extension: readonly string[]): Seal | string {
  const [place = '', times = '', packs = '', link = '', first = '', rest = ''] = extension;
  const [segment, from] = numbersIn(place, 'segment');
  const [fromAt, toAt] = numbersIn(times, 'at');
  const [packFrom, packTo] = numbersIn(packs, 'pieces');
  const chain = /^chain ([0-9a-f]{64})$/.exec(link)?.[1];
  if (segment === undefined || from === undefined || fromAt === undefined || toAt === undefined) return NONE;
  if (packFrom === undefined || packTo === undefined || chain === undefined || extension.length !== 6) return NONE;
  const before = subtreesIn(first, 'before', subtreeSizes(0, from - 1));
  const own = subtreesIn(rest, 'own', subtreeSizes(from - 1, to));
  if (before === undefined || own === undefined) return NONE;
  const isWhole = MerkleTree.of([...before, ...own])
    .root()
    .equals(root);
  return isWhole
    ? { origin, segment, from, to, fromAt, toAt, packFrom, packTo, root, chain, before, own }
    : 'its hashes are not those of its root';
}

function numbersIn(line: string, name: string): readonly number[] {
  const [, said, ...numbers] = /^(\w+) (0|[1-9]\d{0,14}) (0|[1-9]\d{0,14})$/.exec(line) ?? [];
  return said === name ? numbers.map(Number) : [];
}

function subtreesIn(line: string, name: string, sizes: readonly number[]): readonly Subtree[] | undefined {
  const [said, ...hashes] = line.split(' ');
  if (said !== name || hashes.length !== sizes.length) return undefined;
  const subtrees = hashes.map((text, i) => ({ size: sizes[i] as number, hash: Buffer.from(text, 'base64') }));
  return subtrees.every(({ hash }) => hash.length === 32) ? subtrees : undefined;
}
