import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { begun, ended, exchangeId } from '../../../test/support/journal-events.ts';
import { journalOf } from '../../../test/support/journal-of.ts';
import { type Fault, MemoryDisk } from '../../../test/support/memory-disk.ts';
import { verifierKey } from '../../recording/checkpoint.ts';
import { checkSeals } from '../../segments/check-seals.ts';
import { readLineOf } from '../../segments/segment-files.ts';
import { type Disk, systemDisk } from '../disk.ts';
import { openJournal } from '../open-journal.ts';
import { sealSegments } from './seal-segment.ts';

const { privateKey: key } = generateKeyPairSync('ed25519');
const verifier = (origin: string) => verifierKey(origin, key);
const limits = { segmentBytesMax: 3_000, freeBytesMin: 0, retryAfterMs: 1 };

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-seal-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function write(folder: string, from: number, to: number, disk: Disk = systemDisk): Promise<void> {
  const journal = await openJournal({ folder, gateway: 'gw', limits, disk });
  for (let n = from; n < to; n++) {
    journal.append(begun(n));
    journal.append(ended(n));
  }
  await journal.close();
}

const seal = (folder: string, below: number, disk: Disk = systemDisk) =>
  sealSegments(disk, folder, { below, key, onSealed() {} });

const last = (folder: string) =>
  Number(
    readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .at(-1)
      ?.slice(8, 16),
  );

test('a sealed segment has the same lines, in less room, and the journal goes on behind it', async (t) => {
  const folder = folderFor(t);
  await write(folder, 1, 60);
  const before = await journalOf(folder);
  const bytes = readdirSync(folder).reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
  await seal(folder, last(folder));
  const names = readdirSync(folder);
  assert.equal(names.filter((name) => name.endsWith('.jsonl')).length, 1);
  assert.ok(names.filter((name) => name.endsWith('.jsonl.zst')).length > 5);
  assert.deepEqual(await journalOf(folder), before);
  const sealed = readdirSync(folder).reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
  assert.ok(sealed < bytes, `${sealed} of ${bytes}`);
  await write(folder, 60, 70);
  await seal(folder, last(folder));
  assert.equal((await journalOf(folder)).filter(({ type }) => type === 'exchange.ended').length, 69);
  const { fault, seals } = await checkSeals(folder, { verifier, sealsMax: 1_000 });
  assert.deepEqual([fault, seals.length > 6], [undefined, true]);
});

test('one line of a sealed segment is found by its number', async (t) => {
  const folder = folderFor(t);
  await write(folder, 1, 30);
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => ({ line, segment: Number(name.slice(8, 16)) })),
    );
  await seal(folder, last(folder));
  for (const [i, { line, segment }] of lines.slice(0, 40).entries())
    assert.equal(await readLineOf(folder, { segment, seq: i + 1, byte: 0, lineBytes: line.length }), line);
  assert.equal(await readLineOf(folder, { segment: 1, seq: 9_999, byte: 0, lineBytes: 10 }), undefined);
});

test('what was cut off behind a seal, another key, and a seal that does not go on are found at start', async (t) => {
  const folder = folderFor(t);
  await write(folder, 1, 60);
  await seal(folder, last(folder));
  const fault = async (harm: (copy: string) => void) => {
    const copy = mkdtempSync(join(folder, '..', 'sallyport-seal-'));
    t.after(() => rmSync(copy, { recursive: true, force: true }));
    cpSync(folder, copy, { recursive: true });
    harm(copy);
    return (await checkSeals(copy, { verifier, sealsMax: 1_000 })).fault ?? '';
  };
  assert.equal(await fault(() => {}), '');
  const tail = `journal-${String(last(folder)).padStart(8, '0')}.jsonl`;
  assert.match(await fault((copy) => rmSync(join(copy, tail))), /and later are cut off/);
  assert.match(
    await fault((copy) =>
      writeFileSync(join(copy, tail), readFileSync(join(copy, tail), 'utf8').replace('"previous":"', '"previous":"0')),
    ),
    /does not go on from the seal before it/,
  );
  assert.match(
    await fault((copy) => rmSync(join(copy, 'journal-00000002.seal'))),
    /does not go on from that of segment 1/,
  );
  const other = generateKeyPairSync('ed25519').privateKey;
  const { fault: foreign } = await checkSeals(folder, {
    verifier: (origin) => verifierKey(origin, other),
    sealsMax: 10,
  });
  assert.match(foreign ?? '', /did not sign/);
});

test('whenever the power goes or the disk fails while a segment is sealed, it is there, and can be sealed again', async () => {
  const folder = '/journal';
  const ran: string[] = [];
  for (let failing = 1; ; failing++) {
    for (const kind of ['before', 'after', 'power'] as const) {
      let disk = new MemoryDisk();
      await write(folder, 1, 9, disk);
      const below = Math.max(
        ...[...disk.files.keys()].flatMap((path) => Number(/(\d{8})\.jsonl$/.exec(path)?.[1] ?? 0)),
      );
      const events = await eventsIn(disk);
      const first = disk.calls;
      let hasFailed = false;
      const fault: Fault = ({ n }) => {
        if (n !== first + failing) return undefined;
        hasFailed = true;
        return kind === 'after' ? 'after' : 'before';
      };
      disk.fault = fault;
      await seal(folder, below, disk).catch(() => {});
      disk.fault = () => undefined;
      if (kind === 'power') disk = disk.crash(0, false);
      await seal(folder, below, disk);
      const journal = await openJournal({ folder, gateway: 'gw', limits, disk });
      await journal.close();
      assert.deepEqual(await eventsIn(disk), events, `call ${failing}, ${kind}`);
      if (!hasFailed) return assert.ok(ran.length > 40, String(ran.length));
      ran.push(kind);
    }
  }
});

/** What a disk has of exchanges, read as a journal's folder is. */
async function eventsIn(disk: MemoryDisk): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-seal-'));
  try {
    for (const [path, { plate }] of disk.files)
      if (!path.endsWith('.draft')) writeFileSync(join(folder, path.split('/').at(-1) as string), plate);
    const events = await journalOf(folder);
    return events.flatMap((event) => (event.type === 'exchange.ended' ? [event.exchange] : []));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('segments whose first ones were moved away unsealed are not sealed', async (t) => {
  const folder = folderFor(t);
  await write(folder, 1, 40);
  rmSync(join(folder, 'journal-00000001.jsonl'));
  await assert.rejects(seal(folder, last(folder)), /what came before is not sealed/);
  assert.ok(
    (await journalOf(folder)).some((event) => event.type === 'exchange.ended' && event.exchange === exchangeId(39)),
  );
});
