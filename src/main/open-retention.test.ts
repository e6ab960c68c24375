import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { begun, ended, exchangeId, START_AT } from '../../test/support/journal-events.ts';
import { journalOf } from '../../test/support/journal-of.ts';
import { JournalCatalog } from '../catalog/journal-catalog.ts';
import { type PieceError, readPiece } from '../catalog/read-pieces.ts';
import { proofOf, signedCheckpoint } from '../cli/checkpoint-command.ts';
import { againstCheckpoint, verifyJournal } from '../cli/journal.ts';
import { parsePolicies } from '../config/parse-policies.ts';
import { verifierKey } from '../recording/checkpoint.ts';
import type { Event } from '../recording/event.ts';
import { goneLine } from '../recording/gone.ts';
import { leafHash } from '../recording/merkle-tree.ts';
import type { PieceRef } from '../recording/piece.ts';
import { RetentionPlanner } from '../retention/plan-retention.ts';
import { systemDisk } from '../storage/disk.ts';
import { openJournal } from '../storage/open-journal.ts';
import { PackWriter } from '../storage/pieces/pack-writer.ts';
import { RetentionWork } from '../storage/retention/apply-retention.ts';
import { openRetention } from '../storage/retention/open-retention.ts';
import { thinSegment } from '../storage/retention/thin-segment.ts';
import { sealSegments } from '../storage/sealing/seal-segment.ts';

const DAY_MS = 86_400_000;
const { privateKey: key } = generateKeyPairSync('ed25519');
const publicKey = verifierKey('sallyport/gw', key);

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-retention-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function rulesOf(retention: string) {
  const text = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: keep }
retention:
${retention}`;
  const parsed = parsePolicies([{ path: 'p.yaml', text }]);
  assert.ok('retention' in parsed, JSON.stringify(parsed));
  return parsed.retention;
}

const clockAt = (now: number) => ({ now: () => now, monotonic: () => now });

/** Writes events, and seals all that is closed then. */
async function write(folder: string, events: readonly Event[], segmentBytesMax = 2_500): Promise<void> {
  const limits = { segmentBytesMax, freeBytesMin: 0, segmentAgeMaxMs: 1_000_000_000_000 };
  const journal = await openJournal({ folder, gateway: 'gw', limits, clock: clockAt(START_AT) });
  for (const event of events) journal.append(event);
  journal.closeSegment();
  await journal.close();
  const plain = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
  const below = Number(plain.at(-1)?.slice(8, 16));
  await sealSegments(systemDisk, folder, { below, key, onSealed() {} });
}

/** Keeps these rules once, at this moment, as a gateway does. */
async function keep(folder: string, retention: string, nowMs: number, wantedBytes = 0): Promise<void> {
  const journal = await openJournal({ folder, gateway: 'gw', limits: { freeBytesMin: 0 }, clock: clockAt(START_AT) });
  const failures: string[] = [];
  const rules = rulesOf(retention);
  const keeping = openRetention({
    folder,
    rules: () => rules,
    wantedBytes: () => wantedBytes,
    journal,
    clock: clockAt(nowMs),
    onApplied() {},
    onFailure: (why) => failures.push(why),
    settledMs: 0,
  });
  await keeping.look();
  await keeping.close();
  await journal.close();
  assert.deepEqual(failures, []);
}

/** One exchange a day, on these targets in turn. */
const days = (count: number, targets: readonly string[]) =>
  Array.from({ length: count }, (_, n) => {
    const at = START_AT + n * DAY_MS;
    return [begun(n, { at, target: targets[n % targets.length] as string }), { ...ended(n), at: at + 5 }] as const;
  }).flat();

const numbers = async (folder: string) =>
  (await journalOf(folder)).flatMap((event) =>
    event.type === 'exchange.begun' ? [Number(event.exchange.slice(-6))] : [],
  );

test('what each rule that fits lets go is gone, what any keeps or none names is there, and chain, seals and proofs hold', async (t) => {
  const folder = folderFor(t);
  await write(folder, days(30, ['prod', 'dev', 'lab']));
  const { checkpoint } = await signedCheckpoint(folder, key);
  const now = START_AT + 30 * DAY_MS;
  await keep(
    folder,
    `  - { match: { targets: [dev] }, keepFor: 5d }
  - { match: { targets: [prod, dev] }, keepFor: 10d }
  - { match: { targets: [prod], until: '2025-11-24T00:00:00Z' }, legalHold: true }
`,
    now,
  );
  const expected = days(30, ['prod', 'dev', 'lab']).flatMap((event) => {
    if (event.type !== 'exchange.begun') return [];
    const n = Number(event.exchange.slice(-6));
    const isHeld = event.target === 'prod' && event.at < Date.parse('2025-11-24T00:00:00Z');
    return event.target === 'lab' || isHeld || event.at + 10 * DAY_MS > now ? [n] : [];
  });
  assert.deepEqual(await numbers(folder), expected);
  const found = await verifyJournal(folder, publicKey);
  assert.deepEqual([found.sentence, found.holds, found.gone > 20], ['', true, true]);
  const file = join(folder, 'older');
  writeFileSync(file, checkpoint);
  assert.equal((await againstCheckpoint(folder, found, { checkpoint: file, publicKey })).sentence, '');
  const line = (await proofOf(folder, key, { event: found.last?.seq ?? 0 })) as { line: string };
  assert.match(line.line, /retention.applied|exchange/);
});

test('a segment of which all is gone is its seal, and what is gone is not found', async (t) => {
  const folder = folderFor(t);
  await write(folder, days(20, ['prod']));
  const catalog = new JournalCatalog(folder, join(folder, 'catalog.db'));
  t.after(() => catalog.close());
  await catalog.catchUp();
  const ids = async () =>
    (await catalog.exchanges({ own: undefined, reach: [{}] }, {}, { limit: 50 })).map(({ id }) => id);
  assert.equal((await ids()).length, 20);
  await keep(folder, '  - { match: {}, keepFor: 5d }\n', START_AT + 20 * DAY_MS);
  const left = Array.from({ length: 4 }, (_, i) => i + 16);
  assert.deepEqual((await numbers(folder)).slice(-4), left);
  const names = readdirSync(folder);
  const gone = names.filter((name) => name.endsWith('.seal') && !names.includes(name.replace('.seal', '.jsonl.zst')));
  assert.ok(gone.length > 5, names.join(' '));
  assert.equal((await verifyJournal(folder, publicKey)).sentence, '');
  await catalog.catchUp();
  const listed = await ids();
  assert.deepEqual([...listed].reverse().slice(-4), left.map(exchangeId));
  await catalog.remake();
  assert.deepEqual(await ids(), listed);
  // Once more, when what said so is old itself.
  await write(folder, days(30, ['prod']).slice(40));
  await keep(folder, "  - { match: { events: ['*'] }, keepFor: 5d }\n", START_AT + 90 * DAY_MS);
  const found = await verifyJournal(folder, publicKey);
  assert.deepEqual([found.sentence, found.seals.areSigned], ['', true]);
  const event = (await journalOf(folder)).filter(({ type }) => type === 'retention.applied').at(-1);
  assert.equal(event?.type === 'retention.applied' && event.events[0]?.[0], 1);
});

test('leaf hashes in the place of events that no event says are gone are found, though every seal holds', async (t) => {
  const folder = folderFor(t);
  await write(folder, days(8, ['prod']));
  await thinSegment(systemDisk, folder, 2, [[6, 7]]);
  const { sentence, seals } = await verifyJournal(folder, publicKey);
  assert.equal(seals.fault, undefined);
  assert.match(sentence, /^events \d+ to \d+ are not here, and no event says that a rule let all of them go$/);
  const whole = folderFor(t);
  await write(whole, days(8, ['prod']));
  rmSync(join(whole, 'journal-00000002.jsonl.zst'));
  assert.match((await verifyJournal(whole, publicKey)).sentence, /are not here, and no event says/);
  assert.throws(() => JSON.parse(goneLine(1, [leafHash(Buffer.of(1))], 'x'.repeat(64)).slice(1)));
});

test('by size the oldest go, and while the disk is nearly full those that may, before their time', async (t) => {
  const folder = folderFor(t);
  const many = days(3_000, ['prod']);
  await write(folder, many, 256 * 1024);
  await keep(folder, '  - { match: {}, keepBytesMax: 1048576 }\n', START_AT + 3_000 * DAY_MS);
  const bySize = await numbers(folder);
  assert.ok(bySize.length > 500 && bySize.length < 2_800, String(bySize.length));
  assert.equal(bySize.at(-1), 2_999);
  const early = `  - { match: { targets: [dev] }, keepFor: 3000d }
  - { match: {}, keepFor: 3000d, mayGoEarly: true }
`;
  await keep(folder, early, START_AT + 3_000 * DAY_MS);
  assert.deepEqual(await numbers(folder), bySize, 'the disk has room');
  await keep(folder, early, START_AT + 3_000 * DAY_MS, 10_000);
  const left = await numbers(folder);
  assert.ok(left.length < bySize.length && left.length > 300, `${left.length} of ${bySize.length}`);
  // One has lines in a segment that stays.
  assert.deepEqual(left.slice(1), bySize.slice(1 - left.length));
  assert.equal((await verifyJournal(folder, publicKey)).sentence, '');
});

/** What is kept of exchanges, each piece in a pack of its own number. */
function recorded(n: number, pieces: readonly PieceRef[]): Event {
  const at = START_AT + n * DAY_MS;
  const end = { isWhole: true, bytes: 1 };
  return {
    type: 'exchange.recorded',
    at,
    exchange: exchangeId(n),
    part: 'reply',
    form: 'body',
    mediaType: 'text/plain',
    pieces,
    bytes: 1,
    end,
  };
}

test('bodies go by rule while their events stay; what another event names stays with them, and none is taken for changed', async (t) => {
  const folder = folderFor(t);
  const packs = new PackWriter(folder, undefined, { packBytesMax: 1 });
  const refs = Array.from({ length: 8 }, (_, n) => packs.put(Buffer.from(`body ${n}`.repeat(50))));
  packs.close();
  const shared = refs[1] as PieceRef;
  const events = days(8, ['prod']).flatMap((event, i) => {
    const n = Math.floor(i / 2);
    return event.type === 'exchange.begun'
      ? [event]
      : [recorded(n, n === 7 ? [refs[7] as PieceRef, shared] : [refs[n] as PieceRef]), event];
  });
  await write(folder, events);
  for (const name of readdirSync(folder)) if (name.startsWith('pieces-')) utimesSync(join(folder, name), 1, 1);
  await keep(folder, '  - { match: {}, of: bodies, keepFor: 4d }\n', START_AT + 8 * DAY_MS);
  assert.equal((await numbers(folder)).length, 8, 'all events stay');
  const states = await Promise.all(
    refs.map((ref) =>
      readPiece(folder, ref).then(
        () => 'there',
        (error: PieceError) => error.why,
      ),
    ),
  );
  // The newest packs may be named by what is recorded now.
  assert.deepEqual(states, ['missing', 'there', 'missing', 'missing', 'there', 'there', 'there', 'there']);
  assert.equal((await verifyJournal(folder, publicKey)).sentence, '');
  const told = async () => (await journalOf(folder)).filter(({ type }) => type === 'retention.applied').length;
  const before = await told();
  await keep(folder, '  - { match: {}, of: bodies, keepFor: 4d }\n', START_AT + 8 * DAY_MS);
  assert.equal(await told(), before, 'once is enough');
  rmSync(join(folder, 'pieces-00000008.zst'));
  assert.match(
    (await verifyJournal(folder, publicKey)).sentence,
    /pieces-00000008.zst, byte 0: the piece that event \d+ names is not there/,
  );
});

test('of a pack that is named by some, the others are holes', async (t) => {
  const folder = folderFor(t);
  const packs = new PackWriter(folder);
  const refs = [0, 1, 2].map((n) => packs.put(Buffer.from(`body ${n}`.repeat(900))));
  packs.close();
  for (const pack of [2, 3, 4, 5]) writeFileSync(join(folder, `pieces-0000000${pack}.zst`), '');
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1, 1);
  const old = START_AT;
  await write(
    folder,
    [0, 1, 2].flatMap((n) => [
      begun(n, { at: old + n * DAY_MS }),
      recorded(n, [refs[n] as PieceRef]),
      { ...ended(n), at: old + n * DAY_MS },
    ]),
    500,
  );
  await keep(
    folder,
    '  - { match: { until: 2025-11-22T12:00:00Z }, of: bodies, keepFor: 1d }\n',
    START_AT + 10 * DAY_MS,
  );
  const why = (ref: PieceRef) =>
    readPiece(folder, ref).then(
      (piece) => piece.length,
      (error: PieceError) => error.why,
    );
  assert.deepEqual(await Promise.all(refs.map(why)), ['gone', 'gone', 5_400]);
  assert.equal((await verifyJournal(folder, publicKey)).sentence, '');
});

test('what a crash left to be done is done at the next look', async (t) => {
  const folder = folderFor(t);
  await write(folder, days(12, ['prod']));
  const rules = rulesOf('  - { match: {}, keepFor: 5d }\n');
  const plan = await new RetentionPlanner(folder, rules).plan(START_AT + 12 * DAY_MS);
  assert.ok(plan !== undefined && plan.segments.length > 2);
  await new RetentionWork(folder, 0).take(plan);
  assert.ok(existsSync(join(folder, 'retention.json')));
  await new RetentionWork(folder, 0).work(START_AT + 12 * DAY_MS);
  assert.ok((await numbers(folder)).length < 12);
  assert.equal(await new RetentionPlanner(folder, rules).plan(START_AT + 12 * DAY_MS), undefined);
});

test('a segment that is not what was signed is evidence: nothing of it goes', async (t) => {
  const folder = folderFor(t);
  await write(folder, days(12, ['prod']));
  const other = folderFor(t);
  await write(other, days(12, ['dev']));
  const foreign = join(folder, 'journal-00000002.jsonl.zst');
  writeFileSync(foreign, '');
  await assert.rejects(
    new RetentionPlanner(folder, rulesOf('  - { match: {}, keepFor: 5d }\n')).plan(START_AT + 30 * DAY_MS),
    /is not what was signed|shorter/,
  );
});
