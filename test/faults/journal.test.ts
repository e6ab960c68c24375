/*
 * The journal on a disk that fails: each call in turn, for a time and for good, and when the power goes at any moment.
 *
 * Whatever fails: nothing that was acknowledged as synced is missing afterwards, the chain holds, each exchange that is there has one beginning and
 * one end, nothing is permitted that was not begun, and once the disk is well the journal takes events again without a restart.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Refusal } from '../../src/model/refusal.ts';
import type { Event } from '../../src/recording/event.ts';
import { readSegments } from '../../src/recording/read-segments.ts';
import { segmentName, segmentNumbers } from '../../src/recording/segment-name.ts';
import type { Journal } from '../../src/storage/journal.ts';
import { openJournal } from '../../src/storage/open-journal.ts';
import { begun, ended, exchangeId, permitted } from '../support/journal-events.ts';
import { type Fault, MemoryDisk } from '../support/memory-disk.ts';
import { fc } from '../support/property.ts';

const FOLDER = '/journal';

/** Segments of a few exchanges, so that rotation fails as well. */
const LIMITS = { segmentBytesMax: 3_000, queueBytesMax: 1_000_000, syncWithinMs: 1, retryAfterMs: 1 };

/** What was acknowledged. */
interface Told {
  readonly synced: string[];
  readonly written: string[];
  refused: number;
}

const open = (disk: MemoryDisk) => openJournal({ folder: FOLDER, gateway: 'gw', disk, limits: LIMITS });

async function exchange(journal: Journal, n: number, told: Told): Promise<void> {
  try {
    const beginning = journal.append(begun(n));
    if (n % 2 === 0) {
      await journal.append(permitted(n)).synced();
      told.synced.push(`exchange.begun ${exchangeId(n)}`, `exchange.permitted ${exchangeId(n)}`);
    } else {
      await beginning.written();
      told.written.push(`exchange.begun ${exchangeId(n)}`);
    }
  } catch (error) {
    assert.equal((error as Refusal).code, 'RECORDING_UNAVAILABLE');
    told.refused += 1;
  }
  try {
    journal.append(ended(n));
  } catch (error) {
    assert.equal((error as Refusal).code, 'RECORDING_UNAVAILABLE');
  }
}

async function untilOpen(journal: Journal): Promise<void> {
  while (journal.health().state !== 'open') await new Promise(setImmediate);
}

/** The events that are there; fails where the chain does not hold or an exchange is not whole. */
async function found(disk: MemoryDisk): Promise<readonly Event[]> {
  const names = segmentNumbers(await disk.list(FOLDER)).map(segmentName);
  const reader = readSegments(names.map((name) => ({ name, chunks: disk.read(join(FOLDER, name), 0) })));
  const events: Event[] = [];
  for (let step = await reader.next(); ; step = await reader.next()) {
    if (!step.done) {
      events.push(...step.value.map(({ event }) => event));
      continue;
    }
    assert.equal(step.value.fault, undefined, `the chain holds in ${names.join(' ')}`);
    return events;
  }
}

function key(event: Event): string {
  return 'exchange' in event ? `${event.type} ${event.exchange}` : event.type;
}

function assertWhole(events: readonly Event[], synced: readonly string[]): void {
  const keys = events.map(key);
  for (const acknowledged of synced)
    assert.ok(keys.includes(acknowledged), `${acknowledged} was acknowledged as synced`);
  const isOpen = new Map<string, boolean>();
  for (const event of events) {
    if (event.type === 'exchange.begun') {
      assert.equal(isOpen.get(event.exchange), undefined, 'begins once');
      isOpen.set(event.exchange, true);
    }
    if (event.type === 'exchange.permitted')
      assert.equal(isOpen.get(event.exchange), true, 'is permitted while it is open');
    if (event.type === 'exchange.ended') {
      assert.equal(isOpen.get(event.exchange), true, 'ends once, after it began');
      isOpen.set(event.exchange, false);
    }
  }
  assert.ok(![...isOpen.values()].includes(true), 'every exchange has its end');
}

/** Twelve exchanges, four at a time, on a disk with this fault; then the disk is well again, and at the end the power may go. */
async function run(fault: Fault, isPowerLost = false): Promise<{ readonly calls: number; readonly refused: number }> {
  const disk = new MemoryDisk();
  const told: Told = { synced: [], written: [], refused: 0 };
  disk.fault = fault;
  let journal: Journal | undefined;
  try {
    journal = await open(disk);
  } catch (error) {
    assert.ok(error instanceof Error && !(error instanceof TypeError), String(error));
  }
  if (journal !== undefined) {
    for (let n = 0; n < 12; n += 4)
      await Promise.all([n, n + 1, n + 2, n + 3].map((i) => exchange(journal as Journal, i, told)));
    disk.fault = () => undefined;
    await untilOpen(journal);
    // A call that was under way may still fail.
    for (let n = 100; !told.synced.includes(`exchange.begun ${exchangeId(n - 2)}`); n += 2) {
      assert.ok(n < 120, 'it takes events again without a restart');
      await untilOpen(journal);
      await exchange(journal, n, told);
    }
    if (!isPowerLost) await journal.close();
  }
  const { calls } = disk;
  disk.fault = () => undefined;
  const left = isPowerLost ? disk.crash(0, false) : disk;
  if (isPowerLost) await journal?.close();
  const again = await open(left);
  await exchange(again, 200, told);
  await again.close();
  assertWhole(await found(left), told.synced);
  if (isPowerLost) return { calls, refused: told.refused };
  const all = [...left.files.values()].map(({ shown }) => shown.toString()).join();
  for (const written of told.written)
    assert.ok(all.includes(written.split(' ')[1] as string), `${written} is kept, if set aside`);
  return { calls, refused: told.refused };
}

for (const mode of ['before', 'after'] as const) {
  test(`T62: the n-th call fails ${mode} it is done, for every n`, async () => {
    const { calls, refused } = await run(() => undefined);
    assert.ok(calls > 30, 'there are calls to fail');
    assert.equal(refused, 0);
    let refusals = 0;
    for (let n = 1; n <= calls; n++) refusals += (await run((call) => (call.n === n ? mode : undefined))).refused;
    assert.ok(refusals > 0, 'what could not be recorded was refused');
  });
}

test('T62: the n-th call fails, for every n, and later the power goes: a sync that succeeds after one that failed proves nothing', async () => {
  const { calls } = await run(() => undefined);
  for (let n = 1; n <= calls; n++) await run((call) => (call.n === n ? 'before' : undefined), true);
});

test('T62: all calls fail from the n-th on, until the disk is well again', async () => {
  const { calls } = await run(() => undefined);
  for (let n = 1; n <= calls; n += 2) await run((call) => (call.n >= n && call.n < n + 25 ? 'before' : undefined));
});

test('T62: calls fail at random', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('before', 'after', undefined, undefined, undefined), { minLength: 5, maxLength: 90 }),
      async (faults) => {
        await run(({ n }) => faults[n]);
      },
    ),
    { numRuns: 60 },
  );
});

test('T62: the power goes at any moment, and what was acknowledged as synced is there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 80 }),
      fc.option(fc.integer({ min: 1, max: 80 })),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      async (crashAt, failAt, keep, zeros) => {
        const disk = new MemoryDisk();
        const told: Told = { synced: [], written: [], refused: 0 };
        let before: string[] = [];
        let left: MemoryDisk | undefined;
        disk.fault = ({ n }) => {
          if (n === crashAt) {
            before = [...told.synced];
            left = disk.crash(keep, zeros);
          }
          return n === failAt ? 'before' : undefined;
        };
        const journal = await open(disk).catch(() => undefined);
        if (journal !== undefined) {
          for (let n = 0; n < 12; n += 4)
            await Promise.all([n, n + 1, n + 2, n + 3].map((i) => exchange(journal, i, told)));
          await journal.close();
        }
        if (left === undefined) before = [...told.synced];
        left ??= disk.crash(keep, zeros);
        const again = await open(left);
        await again.close();
        assertWhole(await found(left), before);
      },
    ),
    { numRuns: 200 },
  );
});
