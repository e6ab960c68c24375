import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { catalogFile } from '../catalog/catalog-file.ts';
import { JournalCatalog } from '../catalog/journal-catalog.ts';
import { type Checkpoint, openCheckpoint, verifierIn } from '../recording/checkpoint.ts';
import type { JournalRecovered } from '../recording/event.ts';
import { KEY_NOTES_FILE, trustedKeys } from '../recording/key-notes.ts';
import { MerkleTree } from '../recording/merkle-tree.ts';
import type { JournalEnd } from '../recording/read-segments.ts';
import { workerJournal } from '../segments/worker-journals.ts';
import { counted } from '../std/counted.ts';
import { fileTrouble } from '../std/file-trouble.ts';
import { checkpointCommand, originIn, treeOf } from './checkpoint-command.ts';
import { CliError } from './cli-error.ts';
import { escapeControl, printableJson } from './escape-control.ts';
import { GoneCheck } from './gone-check.ts';
import { journalExportCommand } from './journal-export.ts';
import { type JournalOptions, journalsOf, segmentsOf, withJournalOptions } from './journal-files.ts';
import { keyCommand } from './key-command.ts';
import { type OutputFormat, outputOption } from './output-option.ts';
import { PieceCheck, type PieceFault, pieceSentence } from './piece-check.ts';
import { faultSentence, readJournal } from './read-journal.ts';
import { SealCheck, type SealsChecked } from './seal-check.ts';
import { WorkersSaid } from './workers-said.ts';

interface VerifyOptions extends JournalOptions {
  readonly checkpoint?: string;
  readonly publicKey?: string;
  readonly output: OutputFormat;
}

/** `sallyport journal`. */
export function journalCommand(): Command {
  return new Command('journal')
    .addCommand(verifyCommand())
    .addCommand(checkpointCommand())
    .addCommand(keyCommand())
    .addCommand(journalExportCommand())
    .addCommand(reindexCommand());
}

function verifyCommand(): Command {
  return withJournalOptions(new Command('verify'))
    .description('check the hash chain of the journal, its seals and what is kept; exit code 1 where it does not hold')
    .option('--checkpoint <file>', 'and that it still has what this checkpoint signed')
    .option(
      '--public-key <key>',
      'the key that seals and checkpoints are signed with, as `journal key` printed it; or one that it follows',
    )
    .addOption(outputOption())
    .action(async (options: VerifyOptions) => {
      const folders = await journalsOf(options);
      const found = await verifyAll(folders, options);
      const missing = options.worker === undefined ? missingFrom(found) : [];
      const holds = missing.length === 0 && found.every((each) => each.holds);
      const text = found.map(verifiedText).join('\n');
      const [first, ...more] = found;
      const isAlone = more.length === 0 && missing.length === 0;
      if (options.output === 'table') process.stdout.write(isAlone ? text : `${text}\n${allText(found, missing)}`);
      else process.stdout.write(printableJson(isAlone ? first : { holds, journals: found, missing }));
      process.exitCode = holds ? 0 : 1;
    });
}

/** Each of the journals; a checkpoint is of one of them, by the name that it is signed in. */
async function verifyAll(folders: readonly string[], options: VerifyOptions): Promise<readonly Verified[]> {
  const origins = folders.length === 1 ? [] : await Promise.all(folders.map(originIn));
  const named = options.checkpoint === undefined ? undefined : readText(options.checkpoint).split('\n', 1)[0];
  if (named !== undefined && origins.length > 0 && !origins.includes(named))
    throw new CliError(`the checkpoint is of \`${escapeControl(named)}\`, and these are ${origins.join(', ')}`);
  const found: Verified[] = [];
  for (const [i, folder] of folders.entries()) {
    const origin = origins[i];
    const { publicKey } = options;
    const key = publicKey === undefined || origin === undefined ? publicKey : verifierIn(origin, publicKey);
    const chain = await verifyJournal(folder, key);
    const { checkpoint: _, ...without } = options;
    const asked = origin === undefined || origin === named ? options : without;
    found.push({
      ...chain,
      ...(await againstCheckpoint(folder, chain, { ...asked, ...(key === undefined ? {} : { publicKey: key }) })),
    });
  }
  return found;
}

function allText(found: readonly Verified[], missing: readonly string[]): string {
  const broken = found.filter(({ holds }) => !holds);
  const faults = [
    ...broken.map(({ folder }) => escapeControl(folder)),
    ...missing.map((folder) => `${escapeControl(folder)} is not here, though a worker has written it`),
  ];
  return faults.length === 0 ? `all ${found.length} journals hold\n` : `BROKEN: ${faults.join(', ')}\n`;
}

/** Limit: the number of a worker, as the name of its folder has it. */
const WORKERS_MAX = 9_999;

/** The journals of workers that those which are here speak of. Security: one that is gone whole shows nowhere but in the others. */
function missingFrom(found: readonly Verified[]): readonly string[] {
  const root = found[0]?.folder ?? '';
  const workers = Math.min(WORKERS_MAX, Math.max(1, ...found.map((each) => each.workers)));
  const here = new Set(found.map(({ folder }) => folder));
  return Array.from({ length: workers }, (_, i) => workerJournal(root, i + 1)).filter((folder) => !here.has(folder));
}

/** What of the result is otherwise because of a checkpoint. @throws {CliError} it cannot be read, or has no key */
export async function againstCheckpoint(
  folder: string,
  { holds, sentence }: Verified,
  { checkpoint: file, publicKey }: Pick<VerifyOptions, 'checkpoint' | 'publicKey'>,
): Promise<Partial<Verified>> {
  if (file === undefined || !holds) return {};
  if (publicKey === undefined) throw new CliError('a checkpoint is verified by its key: name it with --public-key');
  const checkpoint = openByAny(readText(file), keysFrom(folder, publicKey));
  if (typeof checkpoint === 'string') return { holds: false, sentence: `${file}: ${checkpoint}` };
  const older = new MerkleTree();
  let isOver = false;
  const addSubtree = (size: number, hash: Buffer) => {
    isOver ||= older.size + size > checkpoint.size;
    if (!isOver) older.addSubtree(size, hash);
  };
  const { tree } = await treeOf(folder, { add: (leaf) => addSubtree(1, leaf), addSubtree });
  if (older.size < checkpoint.size && tree.size >= checkpoint.size)
    return {
      holds: false,
      sentence: `the checkpoint is of ${counted(checkpoint.size, 'event')}, and ends among some that are gone with their whole segment`,
    };
  if (older.size < checkpoint.size)
    return {
      holds: false,
      sentence: `the checkpoint is of ${counted(checkpoint.size, 'event')}, and ${older.size} are here`,
    };
  return older.root().equals(checkpoint.root)
    ? { sentence }
    : { holds: false, sentence: `the first ${checkpoint.size} events are not those that the checkpoint signed` };
}

/** The keys that may be trusted by who trusts this one. */
function keysFrom(folder: string, publicKey: string): readonly string[] {
  const notes = join(folder, KEY_NOTES_FILE);
  return trustedKeys(publicKey, existsSync(notes) ? readText(notes) : '');
}

function openByAny(note: string, keys: readonly string[]): Checkpoint | string {
  let opened: Checkpoint | string = 'there is no key';
  for (const key of keys) {
    opened = openCheckpoint(note, key);
    if (typeof opened !== 'string') break;
  }
  return opened;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`\`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
}

function reindexCommand(): Command {
  return withJournalOptions(new Command('reindex'))
    .description(
      'make the catalog anew by which `/api/v1` finds recordings; run it as the gateway’s user, who may be running',
    )
    .action(async (options: JournalOptions) => {
      for (const folder of await journalsOf(options)) {
        segmentsOf(folder);
        const catalog = new JournalCatalog(folder, catalogFile(folder));
        try {
          await catalog.remake();
        } finally {
          catalog.close();
        }
      }
    });
}

/** What `verify` found. */
export interface Verified {
  readonly folder: string;
  readonly holds: boolean;
  readonly segments: number;
  readonly bytes: number;
  readonly events: number;
  readonly first: { readonly seq: number; readonly at: number } | undefined;
  readonly last: { readonly seq: number; readonly at: number } | undefined;
  /** The hash of the last line that holds: kept elsewhere, it shows later that nothing up to here was rewritten or cut off. */
  readonly head: string;
  readonly recovered: readonly JournalRecovered[];
  readonly fault: JournalEnd['fault'];
  /** Pieces of recordings that are what the chain says; the first that is not, and the event that names it. */
  readonly pieces: { readonly checked: number; readonly fault: PieceFault | undefined };
  /** Seals that are those of the events; the first that is not. */
  readonly seals: SealsChecked;
  /** Of how many workers it says to be one; 1: of none. */
  readonly workers: number;
  /** How many events rules have let go. */
  readonly gone: number;
  readonly sentence: string;
}

/** Limit: recoveries that are listed, the latest; all are in the journal. */
const RECOVERED_MAX = 100;

/** What a journal is; with a key, whether it is what was signed. @throws {CliError} there is no journal, or a file cannot be read */
export async function verifyJournal(folder: string, publicKey?: string): Promise<Verified> {
  segmentsOf(folder);
  const seals = new SealCheck(folder, publicKey);
  let first: Verified['first'];
  let last: Verified['last'];
  const recovered: JournalRecovered[] = [];
  const pieces = new PieceCheck(folder);
  const gone = new GoneCheck();
  const workers = new WorkersSaid(folder);
  const end = await readJournal(
    folder,
    (event, seq, line) => {
      last = { seq, at: event.at };
      first ??= last;
      seals.add(seq, line);
      if (event.type === 'retention.applied') gone.said(event);
      if (event.type === 'gateway.started') workers.add(event);
      if (event.type === 'journal.recovered' && recovered.push(event) > RECOVERED_MAX) recovered.shift();
      return event.type === 'exchange.recorded' ? pieces.check(event, seq) : undefined;
    },
    (run) => {
      seals.addGone(run);
      gone.found(run);
    },
  );
  const missing = pieces.faultBut(gone.bodies());
  const { segments, bytes, lines, head, fault } = end;
  const sealed = seals.found();
  const unsaid = gone.unsaid();
  const others = [sealed.fault, unsaid, workers.fault];
  const holds = fault === undefined && missing === undefined && others.every((each) => each === undefined);
  return {
    folder,
    holds,
    segments,
    bytes,
    events: lines,
    first,
    last,
    head: head.hash,
    recovered,
    fault,
    pieces: { checked: pieces.checked, fault: missing },
    gone: gone.events,
    seals: sealed,
    workers: workers.most,
    sentence: [faultSentence(end), ...others, pieceSentence(missing)]
      .filter((part) => part !== undefined && part !== '')
      .join('; '),
  };
}

function verifiedText(found: Verified): string {
  const at = (event: { seq: number; at: number } | undefined) =>
    event === undefined ? 'none' : `${new Date(event.at).toISOString()}  event ${event.seq}`;
  const lines = [
    `journal   ${escapeControl(found.folder)}`,
    `segments  ${found.segments}, ${counted(found.bytes, 'byte')}`,
    `events    ${found.events}`,
    `first     ${at(found.first)}`,
    `last      ${at(found.last)}`,
    `head      ${found.head}`,
    `pieces    ${found.pieces.checked}`,
    `seals     ${found.seals.checked}${found.seals.areSigned || found.seals.checked === 0 ? '' : ', their signatures not checked: name the key with --public-key'}`,
  ];
  for (const { at: when, reason, tornBytes, setAside, lost } of found.recovered) {
    const kept = setAside.length === 0 ? '' : ` and kept in ${setAside.join(', ')}`;
    lines.push(
      escapeControl(
        `recovered ${new Date(when).toISOString()}  ${reason}: ${counted(tornBytes, 'byte')} set aside${kept}; ${counted(lost, 'exchange')} lost`,
      ),
    );
  }
  if (found.gone > 0) lines.push(`gone      ${found.gone}, as rules of retention say; their leaf hashes are here`);
  if ((found.first?.seq ?? 1) > 1 && found.gone < (found.first?.seq ?? 1) - 1)
    lines.push(`the journal begins with event ${found.first?.seq}: older segments are not here`);
  lines.push(found.holds ? 'the chain holds' : `BROKEN: ${escapeControl(found.sentence)}`);
  return `${lines.join('\n')}\n`;
}
