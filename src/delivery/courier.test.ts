import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { begun, ended, permitted } from '../../test/support/journal-events.ts';
import { fc } from '../../test/support/property.ts';
import { SendFailure } from '../control/notices/send-failure.ts';
import type { Event } from '../recording/event.ts';
import type { ExportedRecord, ExportFormat } from '../recording/formats/exported.ts';
import { openJournal } from '../storage/open-journal.ts';
import { Courier } from './courier.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type DeliveryHealth, HEALTHY } from './delivery-health.ts';
import { type Parcel, TAKEN } from './receiver.ts';
import { toldOf } from './told-of.ts';

let folder: string;
let cursorFile: string;
const opened: string[] = [];
beforeEach(() => begin());
afterEach(() => {
  for (const each of opened.splice(0)) rmSync(each, { recursive: true, force: true });
});

function begin(): void {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-courier-'));
  opened.push(folder);
  cursorFile = join(folder, 'cursor');
}

/** Writes to the journal as a gateway does that runs for just these events, a few lines a segment. */
async function write(events: readonly Event[], segmentBytesMax = 2_000): Promise<void> {
  const journal = await openJournal({ folder, gateway: 'gw', limits: { segmentBytesMax, freeBytesMin: 0 } });
  for (const event of events) journal.append(event);
  await journal.close();
}

const exchange = (n: number): readonly Event[] => [begun(n), permitted(n), ended(n)];

interface Told {
  readonly records: readonly ExportedRecord[];
  readonly health: DeliveryHealth;
}

/** A courier that runs until it has told all; `take` may throw, and stops the courier when it throws `Stop`. */
async function tell(format: ExportFormat = 'jsonl', take: (parcel: Parcel) => void = () => {}): Promise<Told> {
  const stopped = new AbortController();
  const records: ExportedRecord[] = [];
  let health = HEALTHY;
  const courier = new Courier({
    folder,
    format,
    receiver: {
      async take(parcel) {
        try {
          take(parcel);
        } catch (error) {
          if (error instanceof Stop && error.isTaken) records.push(...parcel.records);
          if (error instanceof Stop) stopped.abort();
          throw error;
        }
        records.push(...parcel.records);
        return TAKEN;
      },
    },
    cursor: readCursor(cursorFile),
    keep: (cursor) => writeCursor(cursorFile, cursor),
    now: () => 0,
    pause: async () => {},
    signal: stopped.signal,
    onHealth: (next) => {
      health = next;
    },
  });
  await courier.catchUp();
  return { records, health };
}

/** The gateway ends while a parcel is under way, or when the receiver has it and nobody knows. */
class Stop extends Error {
  readonly isTaken: boolean;
  constructor(isTaken: boolean) {
    super('the test ends the gateway');
    this.isTaken = isTaken;
  }
}

const seqs = ({ records }: Told) => records.map(({ seq }) => seq);
const lines = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'));
const allSeqs = () => lines().map((line) => (JSON.parse(line) as { seq: number }).seq);

test('every line is told once, in order, over segments and over restarts', async () => {
  await write([1, 2, 3].flatMap(exchange));
  const first = await tell();
  assert.deepEqual(
    first.records.map(({ text }) => text),
    lines(),
  );
  const before = allSeqs().length;
  await write([4].flatMap(exchange));
  const second = await tell();
  assert.deepEqual([...seqs(first), ...seqs(second)], allSeqs());
  assert.equal(seqs(second)[0], before + 1);
  assert.deepEqual(seqs(await tell()), []);
});

test('whenever the gateway ends, nothing is passed over: what comes twice is at most one parcel', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ after: fc.integer({ min: 0, max: 4 }), isTaken: fc.boolean() }), { maxLength: 4 }),
      fc.constantFrom<ExportFormat>('jsonl', 'audit', 'ocsf'),
      async (stops, format) => {
        begin();
        await write([1, 2, 3, 4, 5, 6].flatMap(exchange));
        const told: ExportedRecord[] = [];
        for (const { after, isTaken } of [...stops, { after: 99, isTaken: false }]) {
          let parcels = 0;
          const part = await tell(format, () => {
            if (parcels++ === after) throw new Stop(isTaken);
          });
          told.push(...part.records);
        }
        const once = await new Promise<Told>((resolve) => {
          rmSync(cursorFile);
          resolve(tell(format));
        });
        assert.deepEqual(
          [...new Map(told.map((record) => [record.seq, record.text])).values()],
          once.records.map(({ text }) => text),
        );
      },
    ),
    { numRuns: 25 },
  );
});

test('an exchange that began before a restart is told whole after it', async () => {
  await write([begun(1), ...exchange(2), ...exchange(3)]);
  await tell('audit');
  // What a gateway finds open when it starts is lost.
  await write([]);
  const [complete] = (await tell('audit')).records.map(({ text }) => JSON.parse(text));
  assert.deepEqual(
    [complete.stage, complete.user.username, complete.objectRef.name, complete.annotations['sallyport.dev/outcome']],
    ['ResponseComplete', 'ci:deployer', 'web-1', 'lost'],
  );
});

test('what a receiver does not take is tried until it does, and the health says so meanwhile', async () => {
  await write(exchange(1));
  let tries = 0;
  const { records, health } = await tell('jsonl', () => {
    if (tries++ < 3) throw new SendFailure('it answered 500');
  });
  assert.deepEqual(
    [records.length, health.failures, health.failure, health.failingSince],
    [lines().length, 3, '', undefined],
  );
  await write(exchange(2));
  const stuck = await tell('jsonl', () => {
    if (tries++ < 6) throw new SendFailure('it answered 503', true);
    throw new Stop(false);
  });
  assert.deepEqual(
    [stuck.health.failure, stuck.health.failingSince, stuck.health.delivered],
    ['it answered 503', 0, 0],
  );
  assert.ok(stuck.health.waitingSince !== undefined);
});

test('segments that were let go before a receiver was told of them are counted, and it goes on behind them', async () => {
  await write([1, 2, 3].flatMap(exchange));
  await tell();
  await write([4, 5, 6].flatMap(exchange));
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const gone = names.slice(0, -1);
  const [kept] = names.slice(-1);
  for (const name of gone) rmSync(join(folder, name));
  const first = (
    JSON.parse(readFileSync(join(folder, kept as string), 'utf8').split('\n')[0] as string) as { seq: number }
  ).seq;
  const before = readCursor(cursorFile).told.at(-1)?.seq as number;
  const { records, health } = await tell();
  assert.equal(records[0]?.seq, first);
  assert.equal(health.missed, first - before - 1);
});

test('a tail that a crash cut off is written anew under the same numbers, and told', async () => {
  await write([1, 2, 3].flatMap(exchange), 1_000_000);
  await tell('jsonl');
  await write(exchange(4), 1_000_000);
  await tell('jsonl');
  const name = readdirSync(folder)
    .filter((one) => one.endsWith('.jsonl'))
    .at(-1) as string;
  const text = readFileSync(join(folder, name), 'utf8');
  truncateSync(join(folder, name), text.length - 700);
  await write(exchange(5), 1_000_000);
  const { records } = await tell('jsonl');
  const texts = new Set(records.map((record) => record.text));
  const written = lines().filter((line) => line.includes('web-5') || line.includes('journal.recovered'));
  assert.ok(written.length > 0 && written.every((line) => texts.has(line)));
});

test('of a journal that is another one all is told', async () => {
  await write([1, 2].flatMap(exchange));
  await tell();
  for (const name of readdirSync(folder)) if (name.startsWith('journal-')) rmSync(join(folder, name));
  await write([7, 8].flatMap(exchange));
  assert.deepEqual(seqs(await tell()), allSeqs());
});

test('a file that is no cursor is a fault, and not a beginning', async () => {
  await writeCursor(cursorFile, { from: undefined, told: [] });
  assert.deepEqual(readCursor(cursorFile), { from: undefined, told: [] });
  for (const text of ['', '{}', '{"told":[{"seq":"1"}]}', '{"told":[],"from":{"segment":1}}']) {
    writeFileSync(cursorFile, text);
    assert.throws(() => readCursor(cursorFile), /no cursor/);
  }
});

test('ends of parcels are few, the first and the latest among them, and closer together the later they are', () => {
  let told: readonly { seq: number; hash: string }[] = [];
  for (let seq = 1; seq <= 10_000; seq++) told = toldOf(told, { seq, hash: '' });
  const kept = told.map(({ seq }) => seq);
  assert.equal(kept.length, 32);
  assert.deepEqual([kept[0], kept.at(-1)], [1, 10_000]);
  assert.ok(kept.filter((seq) => seq > 9_900).length > 10);
  assert.ok(kept.some((seq) => seq > 1_000 && seq < 9_000));
});
