import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { catalogFile } from '../catalog/catalog-file.ts';
import { JournalCatalog } from '../catalog/journal-catalog.ts';
import { PieceError, readRecorded } from '../catalog/read-pieces.ts';
import { openCheckpoint } from '../recording/checkpoint.ts';
import type { ExchangeRecorded, JournalRecovered } from '../recording/event.ts';
import { MerkleTree } from '../recording/merkle-tree.ts';
import { packName } from '../recording/piece.ts';
import type { JournalEnd } from '../recording/read-segments.ts';
import { checkpointCommand, treeOf } from './checkpoint-command.ts';
import { CliError } from './cli-error.ts';
import { escapeControl, printableJson } from './escape-control.ts';
import { journalExportCommand } from './journal-export.ts';
import { type JournalOptions, journalFolder, segmentsOf, withJournalOptions } from './journal-files.ts';
import { faultSentence, readJournal } from './read-journal.ts';

interface VerifyOptions extends JournalOptions {
  readonly checkpoint?: string;
  readonly publicKey?: string;
  readonly output: 'text' | 'json';
}

/** `sallyport journal`. */
export function journalCommand(): Command {
  return new Command('journal')
    .addCommand(verifyCommand())
    .addCommand(checkpointCommand())
    .addCommand(journalExportCommand())
    .addCommand(reindexCommand());
}

function verifyCommand(): Command {
  return withJournalOptions(new Command('verify'))
    .description('check the hash chain of the journal; exit code 1 where it does not hold')
    .option('--checkpoint <file>', 'and that it still has what this checkpoint signed')
    .option('--public-key <key>', 'the key of that checkpoint, as `journal checkpoint --public-key` printed it')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(async (options: VerifyOptions) => {
      const folder = journalFolder(options);
      const chain = await verifyJournal(folder);
      const found = { ...chain, ...(await againstCheckpoint(folder, chain, options)) };
      process.stdout.write(options.output === 'json' ? printableJson(found) : verifiedText(found));
      process.exitCode = found.holds ? 0 : 1;
    });
}

/** What of the result is otherwise because of a checkpoint. @throws {CliError} it cannot be read, or has no key */
export async function againstCheckpoint(
  folder: string,
  { holds, sentence }: Verified,
  { checkpoint: file, publicKey }: Pick<VerifyOptions, 'checkpoint' | 'publicKey'>,
): Promise<Partial<Verified>> {
  if (file === undefined || !holds) return {};
  if (publicKey === undefined) throw new CliError('a checkpoint is verified by its key: name it with --public-key');
  const checkpoint = openCheckpoint(readText(file), publicKey);
  if (typeof checkpoint === 'string') return { holds: false, sentence: `${file}: ${checkpoint}` };
  const older = new MerkleTree();
  await treeOf(folder, (leaf) => {
    if (older.size < checkpoint.size) older.add(leaf);
  });
  if (older.size < checkpoint.size)
    return { holds: false, sentence: `the checkpoint is of ${checkpoint.size} events, and ${older.size} are here` };
  return older.root().equals(checkpoint.root)
    ? { sentence }
    : { holds: false, sentence: `the first ${checkpoint.size} events are not those that the checkpoint signed` };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`\`${file}\` cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function reindexCommand(): Command {
  return withJournalOptions(new Command('reindex'))
    .description(
      'make the catalog anew by which `/api/v1` finds recordings; run it as the gateway’s user, who may be running',
    )
    .action(async (options: JournalOptions) => {
      const folder = journalFolder(options);
      segmentsOf(folder);
      const catalog = new JournalCatalog(folder, catalogFile(folder));
      try {
        await catalog.remake();
      } finally {
        catalog.close();
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
  readonly sentence: string;
}

interface PieceFault {
  readonly seq: number;
  readonly pack: string;
  readonly byte: number;
  readonly why: 'missing' | 'altered';
}

/** Limit: recoveries that are listed, the latest; all are in the journal. */
const RECOVERED_MAX = 100;

/** @throws {CliError} there is no journal, or a file cannot be read */
export async function verifyJournal(folder: string): Promise<Verified> {
  let first: Verified['first'];
  let last: Verified['last'];
  const recovered: JournalRecovered[] = [];
  const pieces = new PieceCheck(folder);
  const end = await readJournal(folder, (event, seq) => {
    last = { seq, at: event.at };
    first ??= last;
    if (event.type === 'journal.recovered' && recovered.push(event) > RECOVERED_MAX) recovered.shift();
    return event.type === 'exchange.recorded' ? pieces.check(event, seq) : undefined;
  });
  const { segments, bytes, lines, head, fault } = end;
  const holds = fault === undefined && pieces.fault === undefined;
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
    pieces: { checked: pieces.checked, fault: pieces.fault },
    sentence: [faultSentence(end), pieceSentence(pieces.fault)].filter((part) => part !== '').join('; '),
  };
}

/** Limit: places of pieces that are remembered as checked; one that is named again after so many others is checked again. */
const CHECKED_MAX = 1_000_000;

/** Checks the pieces that events name, each where it lies once. */
class PieceCheck {
  readonly #folder: string;
  readonly #seen = new Set<string>();
  checked = 0;
  fault: PieceFault | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async check({ pieces, isList }: ExchangeRecorded, seq: number): Promise<void> {
    for (const ref of pieces) {
      const key = ref.join(' ');
      if (this.#seen.has(key)) continue;
      if (this.#seen.size >= CHECKED_MAX) this.#seen.clear();
      try {
        for await (const _ of readRecorded(this.#folder, { pieces: [ref], ...(isList ? { isList } : {}) }))
          this.checked++;
        this.#seen.add(key);
      } catch (error) {
        if (!(error instanceof PieceError)) throw error;
        const [pack, byte] = error.ref;
        this.fault ??= { seq, pack: packName(pack), byte, why: error.why };
      }
    }
  }
}

function pieceSentence(fault: PieceFault | undefined): string {
  if (fault === undefined) return '';
  const why = fault.why === 'missing' ? 'is not there' : 'is not what was written';
  return `${fault.pack}, byte ${fault.byte}: the piece that event ${fault.seq} names ${why}`;
}

function verifiedText(found: Verified): string {
  const at = (event: { seq: number; at: number } | undefined) =>
    event === undefined ? 'none' : `${new Date(event.at).toISOString()}  event ${event.seq}`;
  const lines = [
    `journal   ${escapeControl(found.folder)}`,
    `segments  ${found.segments}, ${found.bytes} bytes`,
    `events    ${found.events}`,
    `first     ${at(found.first)}`,
    `last      ${at(found.last)}`,
    `head      ${found.head}`,
    `pieces    ${found.pieces.checked}`,
  ];
  for (const { at: when, reason, tornBytes, setAside, lost } of found.recovered) {
    const kept = setAside.length === 0 ? '' : ` and kept in ${setAside.join(', ')}`;
    lines.push(
      escapeControl(
        `recovered ${new Date(when).toISOString()}  ${reason}: ${tornBytes} bytes set aside${kept}; ${lost} exchanges lost`,
      ),
    );
  }
  if ((found.first?.seq ?? 1) > 1)
    lines.push(`the journal begins with event ${found.first?.seq}: older segments are not here`);
  lines.push(found.holds ? 'the chain holds' : `BROKEN: ${escapeControl(found.sentence)}`);
  return `${lines.join('\n')}\n`;
}
