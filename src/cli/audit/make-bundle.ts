/*
 * A folder of evidence: sheets, the journal's own lines, the policy, a signed checkpoint where all events are there, digests of all of it, and what checks them.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Config } from '../../config/load.ts';
import { verifierKey } from '../../recording/checkpoint.ts';
import { CONTROLS } from '../../recording/evidence/controls.ts';
import { Evidence } from '../../recording/evidence/evidence.ts';
import { type EvidenceRow, SHEETS, type SheetName } from '../../recording/evidence/sheets.ts';
import type { Gone } from '../../recording/gone.ts';
import type { JournalEnd } from '../../recording/read-segments.ts';
import { counted } from '../../std/counted.ts';
import { signedCheckpoint } from '../checkpoint-command.ts';
import { CliError } from '../cli-error.ts';
import { type JournalOptions, onlyJournal } from '../journal-files.ts';
import { readConfig } from '../read-config.ts';
import { faultSentence, readJournal, type Take } from '../read-journal.ts';
import { signingKey } from '../signing-key.ts';
import { bundlePage } from './bundle-page.ts';
import { CsvFile } from './csv-file.ts';
import { LineFile } from './line-file.ts';
import { policyRows, RULE_COLUMNS } from './policy-rows.ts';
import { VERIFY_SCRIPT } from './verify-script.ts';

interface Asked extends JournalOptions {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Makes the folder. @throws {CliError} it is there, or the journal cannot be read */
export async function makeBundle(
  folder: string,
  asked: Asked,
): Promise<{ readonly holds: boolean; readonly sentence: string }> {
  const config = asked.journal === undefined ? readConfig(asked.config ?? 'sallyport.yaml') : undefined;
  const journal = await onlyJournal(asked);
  makeFolder(folder);
  const gathered = await gather(folder, journal, asked);
  const policy = policyOf(folder, config, gathered.digest);
  const checkpoint = await checkpointOf(folder, journal, config);
  const { sinceMs, untilMs } = asked;
  const { counts, end, first, gateway, firstAt } = gathered;
  const page = bundlePage({
    gateway,
    madeAt: Date.now(),
    sinceMs: Math.max(sinceMs, firstAt),
    untilMs,
    counts,
    rules: policy.rules,
    policy: policy.sentence,
    journal: { first, last: gathered.last, hash: gathered.hash, holds: holds(end), sentence: faultSentence(end) },
    checkpoint,
  });
  writeFileSync(join(folder, 'index.html'), page, { mode: 0o600 });
  writeControls(folder);
  writeFileSync(join(folder, 'verify.py'), VERIFY_SCRIPT, { mode: 0o700 });
  await writeDigests(folder);
  const events = gathered.last - first + 1;
  const what = `${counted(events, 'event')} of ${gateway} and ${counted(counts.changes, 'change')} are in ${folder}`;
  return {
    holds: holds(end),
    sentence: holds(end) ? what : `${what}; the journal does not hold: ${faultSentence(end)}`,
  };
}

/** What a running gateway is writing is unfinished. */
function holds({ fault }: JournalEnd): boolean {
  return fault === undefined || fault.fault.kind === 'unfinished';
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(code === 'EEXIST' ? `\`${folder}\` is there already` : `\`${folder}\` cannot be made: ${code}`);
  }
}

async function gather(folder: string, journal: string, { sinceMs, untilMs }: Asked) {
  const names = Object.keys(SHEETS) as SheetName[];
  const sheets = new Map(names.map((name) => [name, new CsvFile(join(folder, `${name}.csv`), SHEETS[name].columns)]));
  const write = ({ sheet, cells }: EvidenceRow) => sheets.get(sheet)?.add(cells);
  const lines = new LineFile(join(folder, 'journal.jsonl'));
  const evidence = new Evidence(sinceMs, untilMs);
  const found = { gateway: '', digest: '', first: 0, last: 0, hash: '', firstAt: Number.POSITIVE_INFINITY };
  let [hasBegun, hasEnded] = [false, false];
  const gone: Gone[] = [];
  const take: Take = (event, seq, line, hash) => {
    for (const row of evidence.take(event, seq)) write(row);
    if (event.type === 'policy.loaded' && event.at < untilMs) found.digest = event.digest;
    // The time is cut out by whole segments, so that no line between others is missing: a segment's first line says what it follows.
    if (event.type === 'journal.segment' && hasBegun) hasEnded ||= event.at >= untilMs;
    if (hasEnded) return;
    // Told as soon as they are read, and so before events that come first.
    const before = gone.filter(({ to }) => to < seq);
    gone.splice(0, before.length);
    if (event.type === 'journal.segment' && !hasBegun) {
      before.length = 0;
      lines.clear();
      Object.assign(found, { gateway: event.gateway, first: seq });
    }
    hasBegun ||= event.at >= sinceMs;
    for (const { from, to, chain } of before) lines.add(Buffer.from(JSON.stringify({ gone: [from, to], chain })));
    lines.add(line);
    Object.assign(found, { last: seq, hash, firstAt: Math.min(found.firstAt, event.at) });
  };
  const end = await readJournal(journal, take, (one) => gone.push(one));
  for (const row of evidence.callers()) write(row);
  for (const sheet of sheets.values()) sheet.close();
  lines.close();
  const counts = Object.fromEntries([...sheets].map(([name, { rows }]) => [name, rows])) as Record<SheetName, number>;
  return { ...found, counts, end };
}

/** The rules in force, and whether they are those that the journal says came into force last. */
function policyOf(folder: string, config: Config | undefined, loaded: string) {
  const rules = new CsvFile(join(folder, 'rules.csv'), RULE_COLUMNS);
  if (config === undefined) {
    rules.close();
    return { rules: 0, sentence: 'not here: the bundle was made without the gateway’s configuration (--config)' };
  }
  const digest = createHash('sha256');
  mkdirSync(join(folder, 'policy'), { mode: 0o700 });
  for (const [i, file] of config.policyFiles.entries()) {
    const text = readFileSync(file, 'utf8');
    digest.update(text);
    for (const row of policyRows(text)) rules.add(row);
    copyFileSync(file, join(folder, 'policy', `${String(i + 1).padStart(3, '0')}-${basename(file)}`));
  }
  rules.close();
  const isSame = digest.digest('hex') === loaded;
  const sentence = isSame
    ? `the files under policy/, which are those that came into force last (${loaded})`
    : 'the files under policy/, which are NOT those that came into force last by the journal';
  return { rules: rules.rows, sentence };
}

async function checkpointOf(folder: string, journal: string, config: Config | undefined) {
  if (config === undefined) return { isThere: false, sentence: 'none: the bundle was made without the key (--config)' };
  try {
    const key = signingKey(config);
    const { checkpoint, size } = await signedCheckpoint(journal, key);
    writeFileSync(join(folder, 'checkpoint.txt'), checkpoint, { mode: 0o600 });
    writeFileSync(join(folder, 'checkpoint.pub'), `${verifierKey(checkpoint.split('\n')[0] ?? '', key)}\n`, {
      mode: 0o600,
    });
    return { isThere: true, sentence: `checkpoint.txt is signed over all ${size} events up to when this was gathered` };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { isThere: false, sentence: `none: ${error.message}` };
  }
}

function writeControls(folder: string): void {
  const file = new CsvFile(join(folder, 'controls.csv'), ['standard', 'control', 'title', 'what is shown', 'where']);
  for (const { standard, id, title, shows, sheets } of CONTROLS)
    file.add([
      standard,
      id,
      title,
      shows,
      sheets.map((name) => (name === 'journal' ? 'journal.jsonl' : `${name}.csv`)).join(' '),
    ]);
  file.close();
}

async function writeDigests(folder: string): Promise<void> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const sums: string[] = [];
  for (const name of names) {
    const digest = createHash('sha256');
    for await (const chunk of createReadStream(join(folder, name))) digest.update(chunk as Buffer);
    sums.push(`${digest.digest('hex')}  ${name}\n`);
  }
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''), { mode: 0o600 });
}
