import { LeafProofs } from '../recording/leaf-proofs.ts';
import { signedCheckpoint, treeOf } from './checkpoint-command.ts';
import { CliError } from './cli-error.ts';
import { escapeControl } from './escape-control.ts';
import { readJournal } from './read-journal.ts';
import { signingKey } from './signing-key.ts';
import { writeOut } from './write-out.ts';

/** Limit: lines of one session that are shown so. */
const LINES_MAX = 100_000;

/**
 * Prints each line of a session with what shows it in a checkpoint that is signed now: who has these lines and the public key needs neither the journal nor us.
 *
 * @throws {CliError} there is no such session, or too much of it; the journal does not hold
 */
export async function exportProven(
  folder: string,
  session: string,
  config: Parameters<typeof signingKey>[0],
): Promise<void> {
  const { checkpoint, size } = await signedCheckpoint(folder, signingKey(config));
  const exchanges = new Set<string>();
  const lines = new Map<number, string>();
  await readJournal(folder, (event, seq, line) => {
    if (event.type === 'exchange.begun' && event.session === session) exchanges.add(event.exchange);
    const isOurs = 'exchange' in event && event.exchange !== undefined && exchanges.has(event.exchange);
    if (isOurs && seq <= size) lines.set(seq, line.toString());
    if (lines.size > LINES_MAX) throw new CliError(`the session has more than ${LINES_MAX} lines`);
  });
  if (lines.size === 0) throw new CliError(`there is no session \`${escapeControl(session)}\` in the journal`);
  const proofs = new LeafProofs(
    [...lines.keys()].map((seq) => seq - 1),
    size,
  );
  let at = 0;
  await treeOf(folder, {
    // The journal goes on meanwhile.
    add(leaf) {
      if (at++ < size) proofs.add(leaf);
    },
    addSubtree(leaves, hash) {
      if (at < size) proofs.addSubtree(leaves, hash);
      at += leaves;
    },
  });
  if (proofs.isCut) throw new CliError('what shows it hangs on events that are gone with their whole segment');
  for (const [event, line] of lines) {
    const proof = proofs.hashes(event - 1).map((hash) => hash.toString('base64'));
    await writeOut(`${escapeControl(JSON.stringify({ event, line, proof, checkpoint }))}\n`);
  }
}
