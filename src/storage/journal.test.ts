import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { begun, ended, exchangeId, permitted } from '../../test/support/journal-events.ts';
import { journalOf } from '../../test/support/journal-of.ts';
import type { Refusal } from '../model/refusal.ts';
import { LINE_BYTES_MAX } from '../recording/chain.ts';
import { segmentName } from '../recording/segment-name.ts';
import { type Disk, systemDisk } from './disk.ts';
import type { Journal, JournalHealth, JournalLimits } from './journal.ts';
import { openJournal } from './open-journal.ts';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-journal-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'journal');
}

const open = (folder: string, limits: Partial<JournalLimits> = {}, disk: Disk = systemDisk) =>
  openJournal({ folder, gateway: 'gw', limits: { retryAfterMs: 1, ...limits }, disk });

const FIRST = segmentName(1);

const types = async (folder: string) => (await journalOf(folder)).map(({ type }) => type);

async function until(journal: Journal, state: JournalHealth['state']): Promise<void> {
  while (journal.health().state !== state) await new Promise(setImmediate);
}

function replaceWithCopy(path: string): void {
  writeFileSync(`${path}.copy`, readFileSync(path));
  renameSync(`${path}.copy`, path);
}

const isUnavailable = (error: Refusal) => error.code === 'RECORDING_UNAVAILABLE';

test('events are found in the order in which they were accepted, in files that only their owner reads', async (t) => {
  const folder = folderFor(t);
  const journal = await open(folder);
  journal.append({ type: 'gateway.started', at: 1, version: '0', openGuards: [] });
  journal.append(begun(1));
  await journal.append(permitted(1)).synced();
  journal.append(ended(1));
  await journal.append(begun(2)).written();
  journal.append(ended(2));
  await journal.close();
  assert.deepEqual(await types(folder), [
    'journal.segment',
    'gateway.started',
    'exchange.begun',
    'exchange.permitted',
    'exchange.ended',
    'exchange.begun',
    'exchange.ended',
  ]);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
});

test('what is accepted in one turn of the loop goes out in one write, and shares one sync', async (t) => {
  const calls = { write: 0, sync: 0 };
  const counting: Disk = {
    ...systemDisk,
    async append(path) {
      const file = await systemDisk.append(path);
      return {
        ...file,
        write(bytes) {
          calls.write += 1;
          return file.write(bytes);
        },
        sync() {
          calls.sync += 1;
          return file.sync();
        },
      };
    },
  };
  const folder = folderFor(t);
  await (await open(folder)).close();
  const journal = await open(folder, { syncWithinMs: 60_000 }, counting);
  await Promise.all(Array.from({ length: 100 }, (_, n) => journal.append(begun(n)).synced()));
  assert.deepEqual(calls, { write: 1, sync: 1 });
  await journal.close();
});

test('two gateways never write one folder', async (t) => {
  const folder = folderFor(t);
  const journal = await open(folder);
  await assert.rejects(open(folder), { name: 'JournalError', message: /another gateway writes the journal/ });
  await journal.append(begun(1)).synced();
  await journal.close();
  await (await open(folder)).close();
});

test('a segment that is full is closed, and the next one knows what is open', async (t) => {
  const folder = folderFor(t);
  const journal = await open(folder, { segmentBytesMax: 4_000 });
  for (let n = 0; n < 30; n++) {
    await journal.append(begun(n)).written();
    if (n > 0) journal.append(ended(n));
  }
  await journal.close();
  const events = await journalOf(folder);
  const segments = events.filter((event) => event.type === 'journal.segment');
  assert.ok(segments.length > 3);
  assert.deepEqual(
    segments.map(({ segment }) => segment),
    segments.map((_, i) => i + 1),
  );
  for (const event of events.filter((each) => each.type === 'journal.carried'))
    assert.deepEqual(event.exchanges[0]?.[0], exchangeId(0));
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.jsonl')))
    assert.ok(statSync(join(folder, name)).size < 5_500, name);

  const again = await open(folder, { segmentBytesMax: 4_000 });
  await again.close();
  const last = (await journalOf(folder)).filter((event) => event.type === 'exchange.ended').at(-1);
  assert.deepEqual(
    [last?.exchange, last?.outcome],
    [exchangeId(0), { kind: 'lost' }],
    'begun many segments ago, and lost with the process',
  );
});

test('an exchange begins once, ends once, and is permitted in between', async (t) => {
  const journal = await open(folderFor(t));
  assert.throws(() => journal.append(ended(1)), isUnavailable);
  assert.throws(() => journal.append(permitted(1)), isUnavailable);
  journal.append(begun(1));
  assert.throws(() => journal.append(begun(1)), /an exchange begins once/);
  journal.append(ended(1));
  assert.throws(() => journal.append(ended(1)), isUnavailable);
  assert.throws(() => journal.append(permitted(1)), isUnavailable);
  await journal.close();
  assert.throws(() => journal.append(begun(2)), isUnavailable);
});

test('T62: what is too much or too long is refused, and ends are still taken', async (t) => {
  const folder = folderFor(t);
  const journal = await open(folder, { queueBytesMax: 5_000 });
  let count = 0;
  assert.throws(() => {
    for (; count < 100; count++) journal.append(begun(count));
  }, isUnavailable);
  assert.ok(count > 5 && count < 12, `${count} were taken`);
  for (let n = 0; n < count; n++) journal.append(ended(n));
  while (journal.health().queuedBytes > 0) await new Promise(setImmediate);
  assert.throws(() => journal.append(begun(300, { method: 'x'.repeat(LINE_BYTES_MAX) })), isUnavailable);
  await journal.close();
  assert.equal((await types(folder)).filter((type) => type === 'exchange.ended').length, count);
});

test('a torn last line is set aside, and the exchanges it leaves open are closed as lost', async (t) => {
  const tails: [string, Buffer][] = [
    ['half a line', Buffer.from('{"seq":5,"type":"exch')],
    ['pages of zeros', Buffer.alloc(5_000)],
    ['zeros before whole lines', Buffer.concat([Buffer.alloc(300), Buffer.from('"}\n{"seq":9}\n')])],
  ];
  for (const [what, tail] of tails) {
    const folder = folderFor(t);
    const journal = await open(folder);
    journal.append(begun(1));
    journal.append(ended(1));
    journal.append(begun(2));
    await journal.close();
    appendFileSync(join(folder, FIRST), tail);
    await (await open(folder)).close();
    const recovered = (await journalOf(folder)).find((event) => event.type === 'journal.recovered');
    assert.deepEqual([recovered?.tornBytes, recovered?.lost], [tail.length, 1], what);
    assert.deepEqual(readFileSync(join(folder, recovered?.setAside[0] as string)), tail, `${what} is kept`);
    assert.deepEqual((await types(folder)).slice(-2), ['journal.recovered', 'exchange.ended']);
    const before = await types(folder);
    await (await open(folder)).close();
    assert.deepEqual(await types(folder), before, `${what} is put right once`);
  }
});

test('a segment whose opening was torn is set aside as a whole', async (t) => {
  for (const bytes of [0, 1, 100]) {
    const folder = folderFor(t);
    const journal = await open(folder);
    await journal.append(begun(1)).synced();
    await journal.close();
    writeFileSync(join(folder, segmentName(2)), readFileSync(join(folder, FIRST)).subarray(0, bytes));
    const again = await open(folder);
    assert.equal(again.health().segment, 1);
    await again.close();
    assert.deepEqual((await types(folder)).slice(-2), ['journal.recovered', 'exchange.ended']);
  }
});

test('T62: a segment that was altered is no crash: the gateway does not start, and names the place', async (t) => {
  const folder = folderFor(t);
  const journal = await open(folder);
  for (let n = 0; n < 3; n++) {
    journal.append(begun(n));
    journal.append(ended(n));
  }
  await journal.close();
  const path = join(folder, FIRST);
  const whole = readFileSync(path);
  const at = whole.indexOf('web-1');
  whole[at] = 'x'.charCodeAt(0);
  writeFileSync(path, whole);
  await assert.rejects(open(folder), { name: 'JournalError', message: /was altered at line 4 \(byte \d+\)/ });
  assert.deepEqual(readFileSync(path), whole, 'nothing is touched');
  await assert.rejects(open(folder), { name: 'JournalError', message: /was altered/ }, 'the folder was let go');
});

test('T62: a file that is removed, replaced or cut under the gateway is noticed, and the chain goes on from what is known', async (t) => {
  const harms: [string, (path: string) => void][] = [
    ['removed', (path) => rmSync(path)],
    ['moved away', (path) => renameSync(path, `${path}.gone`)],
    ['replaced', replaceWithCopy],
    ['cut', (path) => truncateSync(path, 10)],
    ['written by another', (path) => appendFileSync(path, 'x')],
  ];
  for (const [what, harm] of harms) {
    const folder = folderFor(t);
    const journal = await open(folder, { retryAfterMs: 60_000 });
    await journal.append(begun(1)).synced();
    harm(join(folder, FIRST));
    await assert.rejects(journal.append(begun(2)).synced(), isUnavailable, what);
    assert.throws(() => journal.append(begun(3)), isUnavailable);
    assert.equal(journal.health().state, 'broken');
    await journal.close();
  }
});

test('T62: the folder is taken away and given back: refused meanwhile, taken again afterwards without a restart', async (t) => {
  const folder = folderFor(t);
  const states: string[] = [];
  const journal = await openJournal({
    folder,
    gateway: 'gw',
    limits: { retryAfterMs: 1 },
    onHealth: ({ state }) => states.push(state),
  });
  await journal.append(begun(1)).synced();
  renameSync(folder, `${folder}.away`);
  await assert.rejects(journal.append(begun(2)).synced(), isUnavailable);
  assert.throws(() => journal.append(ended(1)), isUnavailable);
  renameSync(`${folder}.away`, folder);
  await until(journal, 'open');
  await journal.append(begun(3)).synced();
  journal.append(ended(3));
  await journal.close();
  const events = await journalOf(folder);
  const ends = events.flatMap((event) =>
    event.type === 'exchange.ended' ? [[event.exchange, event.outcome.kind]] : [],
  );
  assert.deepEqual(ends, [
    [exchangeId(1), 'lost'],
    [exchangeId(3), 'answered'],
  ]);
  assert.ok(
    !JSON.stringify(events.filter(({ type }) => type === 'exchange.begun')).includes(exchangeId(2)),
    'what was refused is not in the chain',
  );
  assert.deepEqual([...new Set(states)], ['open', 'broken', 'closed']);
});

test('T55: what stands in the folder and its files gives no room to a token', async (t) => {
  const folder = folderFor(t);
  chmodSync(join(folder, '..'), 0o755);
  const journal = await open(folder);
  journal.append(begun(1));
  await journal.close();
  const [, line] = readFileSync(join(folder, FIRST), 'utf8').split('\n');
  const { caller } = JSON.parse(line as string);
  assert.deepEqual(Object.keys(caller), ['subject', 'issuer', 'groups', 'kind', 'labels']);
});

test('freeBytesMin, freeBytesWarn: below the one nothing begins and what has begun is recorded to its end; below the other it is told; with room it goes on', async (t) => {
  const folder = folderFor(t);
  const disk = { ...systemDisk, free: 100, freeBytes: async () => disk.free };
  const told: (string | number | undefined)[] = [];
  const limits = { freeBytesMin: 50, freeBytesWarn: 100, freeLookMs: 1 };
  const onHealth = ({ room, freeBytes }: JournalHealth) => told.push(room, freeBytes);
  const journal = await openJournal({ folder, gateway: 'gw', limits, disk, onHealth });
  const roomIs = async (room: JournalHealth['room'], free: number) => {
    disk.free = free;
    told.length = 0;
    while (journal.health().room !== room || journal.health().freeBytes !== free) await new Promise(setImmediate);
    return told;
  };
  assert.deepEqual(await roomIs('low', 99), ['low', 99]);
  assert.deepEqual(await roomIs('low', 50), []);
  journal.append(begun(1));
  assert.deepEqual(await roomIs('none', 49), ['none', 49]);
  assert.throws(() => journal.append(begun(2)), isUnavailable);
  await journal.append(permitted(1)).synced();
  journal.append(ended(1));
  assert.equal(journal.health().state, 'open');
  assert.deepEqual(await roomIs('enough', 100), ['enough', 100]);
  journal.append(begun(3));
  journal.append(ended(3));
  await journal.close();
  assert.deepEqual((await journalOf(folder)).filter(({ type }) => type === 'exchange.begun').length, 2);
});

const UNKNOWN: readonly (readonly [string, Partial<JournalLimits>, Disk['freeBytes']])[] = [
  ['that does not count it', {}, async () => undefined],
  ['that cannot be asked', {}, () => Promise.reject(new Error('EIO'))],
  ['that is not to be asked', { freeBytesMin: 0 }, async () => 0],
];

for (const [which, limits, freeBytes] of UNKNOWN) {
  test(`free space of a disk ${which} is none of the journal’s concern`, async (t) => {
    const journal = await open(folderFor(t), limits, { ...systemDisk, freeBytes });
    journal.append(begun(1));
    assert.deepEqual([journal.health().room, journal.health().freeBytes], ['enough', undefined]);
    await journal.close();
  });
}
