import type { KeyObject } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { signCheckpoint, verifierKey } from '../recording/checkpoint.ts';
import { leafHash, MerkleProof, MerkleTree } from '../recording/merkle-tree.ts';
import { CliError } from './cli-error.ts';
import { escapeControl } from './escape-control.ts';
import { journalFolder } from './journal-files.ts';
import { readConfig } from './read-config.ts';
import { faultSentence, readJournal } from './read-journal.ts';
import { signingKey } from './signing-key.ts';

interface Options {
  readonly config: string;
  readonly journal?: string;
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
    .option('--public-key', 'print the public key, for who verifies', false)
    .option('--event <seq>', 'print JSON that shows that this event is in it, without the others', number)
    .option('--since <size>', 'print JSON that shows that the checkpoint of so many events is its beginning', number)
    .action(async ({ config, journal, publicKey, event, since }: Options) => {
      const read = readConfig(config);
      const folder = journal ?? journalFolder({ config });
      const key = signingKey(read);
      if (publicKey) {
        const { origin } = await treeOf(folder, () => {});
        process.stdout.write(`${verifierKey(origin, key)}\n`);
      } else if (event !== undefined)
        process.stdout.write(`${JSON.stringify(await proofOf(folder, key, { event }))}\n`);
      else if (since !== undefined) process.stdout.write(`${JSON.stringify(await proofOf(folder, key, { since }))}\n`);
      else process.stdout.write((await signedCheckpoint(folder, key)).checkpoint);
    });
}

/** The checkpoint of a journal as it is now. @throws {CliError} */
export async function signedCheckpoint(
  folder: string,
  key: KeyObject,
): Promise<{ readonly checkpoint: string; readonly size: number }> {
  const { origin, tree } = await treeOf(folder, () => {});
  return { checkpoint: signCheckpoint({ origin, size: tree.size, root: tree.root() }, key), size: tree.size };
}

/**
 * The tree over the events of a journal, as far as it goes now.
 *
 * @throws {CliError} it does not hold, or its first events are not here
 */
export async function treeOf(
  folder: string,
  onLeaf: (leaf: Buffer, seq: number, line: Buffer) => void,
): Promise<{ readonly origin: string; readonly tree: MerkleTree }> {
  const tree = new MerkleTree();
  let origin = '';
  const end = await readJournal(folder, (event, seq, line) => {
    if (seq !== tree.size + 1)
      throw new CliError(
        `the journal begins with event ${seq}: a checkpoint is of all events, and older segments are not here`,
      );
    if (event.type === 'journal.segment') origin ||= `sallyport/${event.gateway.replace(/[^\w.-]/g, '-')}`;
    const leaf = leafHash(line);
    tree.add(leaf);
    onLeaf(leaf, seq, line);
  });
  if (end.fault !== undefined && end.fault.fault.kind !== 'unfinished')
    throw new CliError(`the journal does not hold: ${escapeControl(faultSentence(end))}`);
  return { origin, tree };
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
  if (number > size) throw new CliError(`the journal has ${size} events`);
  const proof = 'event' in asked ? MerkleProof.ofLeaf(number - 1, size) : MerkleProof.ofOlder(number, size);
  let line = '';
  await treeOf(folder, (leaf, seq, bytes) => {
    // The journal goes on meanwhile.
    if (seq <= size) proof.add(leaf);
    if (seq === number) line = bytes.toString();
  });
  const hashes = proof.hashes().map((hash) => hash.toString('base64'));
  return 'event' in asked
    ? { event: number, line, proof: hashes, checkpoint }
    : { since: number, proof: hashes, checkpoint };
}

function number(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1 on');
  return Number(text);
}
