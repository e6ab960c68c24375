import type { KeyObject } from 'node:crypto';
import { Command } from 'commander';
import { signCheckpoint, verifierKey } from '../recording/checkpoint.ts';
import { leafHash, MerkleProof, MerkleTree, type Subtree } from '../recording/merkle-tree.ts';
import { originOf } from '../recording/origin.ts';
import { readSegments } from '../recording/read-segments.ts';
import type { Seal } from '../recording/seal.ts';
import { sealOf, segmentFiles } from '../segments/segment-files.ts';
import { counted } from '../std/counted.ts';
import { CliError } from './cli-error.ts';
import { escapeControl, printableLine } from './escape-control.ts';
import { onlyJournal, segmentsOf, workerOption } from './journal-files.ts';
import { wholeNumber } from './option-values.ts';
import { readConfig } from './read-config.ts';
import { faultSentence, readJournal } from './read-journal.ts';
import { signingKey } from './signing-key.ts';

interface Options {
  readonly config: string;
  readonly journal?: string;
  readonly worker?: number;
  readonly publicKey: boolean;
  readonly event?: number;
  readonly since?: number;
}

/** `sallyport journal checkpoint`. */
export function checkpointCommand(): Command {
  return new Command('checkpoint')
    .description('sign how many events the journal has and what they are, to be kept elsewhere')
    .option('--config <file>', 'the gateway’s configuration, which names journal and key', 'sallyport.yaml')
    .option('--journal <folder>', 'the journal’s folder, instead of the configuration’s')
    .addOption(workerOption())
    .option('--public-key', 'print the public key, for who verifies', false)
    .option(
      '--event <seq>',
      'print JSON that shows that this event is in it, without the others',
      wholeNumber(1, 999_999_999_999_999),
    )
    .option(
      '--since <size>',
      'print JSON that shows that the checkpoint of so many events is its beginning',
      wholeNumber(1, 999_999_999_999_999),
    )
    .action(async ({ config, journal, worker, publicKey, event, since }: Options) => {
      const read = readConfig(config);
      const where = journal === undefined ? { config } : { journal };
      const folder = await onlyJournal({ ...where, ...(worker === undefined ? {} : { worker }) });
      const key = signingKey(read);
      if (publicKey) {
        process.stdout.write(`${verifierKey(await originIn(folder), key)}\n`);
      } else if (event !== undefined) process.stdout.write(printableLine(await proofOf(folder, key, { event })));
      else if (since !== undefined) process.stdout.write(printableLine(await proofOf(folder, key, { since })));
      else process.stdout.write((await signedCheckpoint(folder, key)).checkpoint);
    });
}

/** The checkpoint of a journal as it is now. @throws {CliError} */
export async function signedCheckpoint(
  folder: string,
  key: KeyObject,
): Promise<{ readonly checkpoint: string; readonly size: number }> {
  const { origin, tree } = await treeOf(folder);
  return { checkpoint: signCheckpoint({ origin, size: tree.size, root: tree.root() }, key), size: tree.size };
}

/** What hears of leaves in their order: one by one, or as many of which only what they are together is known. */
interface Leaves {
  add(leaf: Buffer, seq: number, line: Buffer): void;
  addSubtree(size: number, hash: Buffer): void;
}

/**
 * The tree over the events of a journal, as far as it goes now.
 *
 * @throws {CliError} it does not hold, or its first events are not here and no seal says what they were
 */
export async function treeOf(
  folder: string,
  leaves?: Leaves,
): Promise<{ readonly origin: string; readonly tree: MerkleTree }> {
  const tree = new MerkleTree();
  const addSubtree = ({ size, hash }: Subtree) => {
    tree.addSubtree(size, hash);
    leaves?.addSubtree(size, hash);
  };
  let origin = '';
  const begin = (from: number) => {
    if (from === tree.size + 1) return;
    const seal = tree.size === 0 ? firstSeal(folder) : undefined;
    if (seal?.from !== from)
      throw new CliError(
        `the journal begins with event ${from}: a checkpoint is of all events, and older segments are not here`,
      );
    origin ||= seal.origin;
    for (const subtree of seal.before) addSubtree(subtree);
  };
  const end = await readJournal(
    folder,
    (event, seq, line) => {
      begin(seq);
      if (event.type === 'journal.segment') origin ||= originOf(event.gateway);
      const leaf = leafHash(line);
      tree.add(leaf);
      leaves?.add(leaf, seq, line);
    },
    (gone) => {
      begin(gone.from);
      for (const subtree of gone.subtrees) addSubtree(subtree);
    },
  );
  if (end.fault !== undefined && end.fault.fault.kind !== 'unfinished')
    throw new CliError(`the journal does not hold: ${escapeControl(faultSentence(end))}`);
  if (origin === '') origin = firstSeal(folder)?.origin ?? '';
  return { origin, tree };
}

/** The name that a journal is signed in. @throws {CliError} there is no journal, or its first line cannot be read */
export async function originIn(folder: string): Promise<string> {
  const seal = firstSeal(folder);
  if (seal !== undefined) return seal.origin;
  for await (const batch of readSegments(segmentsOf(folder)))
    for (const { event } of batch) if (event.type === 'journal.segment') return originOf(event.gateway);
  throw new CliError(`the journal in \`${folder}\` does not begin with a segment`);
}

/** The seal of the first segment that is there. */
function firstSeal(folder: string): Seal | undefined {
  const [first] = segmentFiles(folder);
  return first === undefined ? undefined : sealOf(folder, first.number);
}

/** What is shown to somebody who has neither the journal nor us. */
export type Proof =
  | { readonly event: number; readonly line: string; readonly proof: readonly string[]; readonly checkpoint: string }
  | { readonly since: number; readonly proof: readonly string[]; readonly checkpoint: string };

/**
 * What shows that an event is in a checkpoint that is signed now, or that an older one is its beginning.
 *
 * @throws {CliError} the journal has no such event, or does not hold
 */
export async function proofOf(
  folder: string,
  key: KeyObject,
  asked: { readonly event: number } | { readonly since: number },
): Promise<Proof> {
  const { checkpoint, size } = await signedCheckpoint(folder, key);
  const number = 'event' in asked ? asked.event : asked.since;
  if (number > size) throw new CliError(`the journal has ${counted(size, 'event')}`);
  const proof = 'event' in asked ? MerkleProof.ofLeaf(number - 1, size) : MerkleProof.ofOlder(number, size);
  let line = '';
  let at = 0;
  await treeOf(folder, {
    add(leaf, seq, bytes) {
      // The journal goes on meanwhile.
      if (at++ < size) proof.add(leaf);
      if (seq === number) line = bytes.toString();
    },
    addSubtree(leaves, hash) {
      if (at < size) proof.addSubtree(leaves, hash);
      at += leaves;
    },
  });
  if ('event' in asked && line === '')
    throw new CliError(`event ${number} is not here any more: a rule has let it go, and the journal says so`);
  if (proof.isCut)
    throw new CliError('what is asked hangs on events that are gone with their whole segment: ask for the end of one');
  const hashes = proof.hashes().map((hash) => hash.toString('base64'));
  return 'event' in asked
    ? { event: number, line, proof: hashes, checkpoint }
    : { since: number, proof: hashes, checkpoint };
}
