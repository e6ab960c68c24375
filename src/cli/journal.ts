import { Command, Option } from 'commander';
import type { JournalRecovered } from '../recording/event.ts';
import type { JournalEnd } from '../recording/read-segments.ts';
import { escapeControl, printableJson } from './escape-control.ts';
import { type JournalOptions, journalFolder, withJournalOptions } from './journal-files.ts';
import { faultSentence, readJournal } from './read-journal.ts';

interface VerifyOptions extends JournalOptions {
  readonly output: 'text' | 'json';
}

/** `sallyport journal`. */
export function journalCommand(): Command {
  return new Command('journal').addCommand(verifyCommand());
}

function verifyCommand(): Command {
  return withJournalOptions(new Command('verify'))
    .description('check the hash chain of the journal; exit code 1 where it does not hold')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(async (options: VerifyOptions) => {
      const found = await verifyJournal(journalFolder(options));
      process.stdout.write(options.output === 'json' ? printableJson(found) : verifiedText(found));
      process.exitCode = found.holds ? 0 : 1;
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
  readonly sentence: string;
}

/** Limit: recoveries that are listed, the latest; all are in the journal. */
const RECOVERED_MAX = 100;

/** @throws {CliError} there is no journal, or a file cannot be read */
export async function verifyJournal(folder: string): Promise<Verified> {
  let first: Verified['first'];
  let last: Verified['last'];
  const recovered: JournalRecovered[] = [];
  const end = await readJournal(folder, (event, seq) => {
    last = { seq, at: event.at };
    first ??= last;
    if (event.type === 'journal.recovered' && recovered.push(event) > RECOVERED_MAX) recovered.shift();
  });
  const { segments, bytes, lines, head, fault } = end;
  const holds = fault === undefined;
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
    sentence: faultSentence(end),
  };
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
