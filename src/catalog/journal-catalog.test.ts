import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { begun, ended, exchangeId, permitted, START_AT, sessionId } from '../../test/support/journal-events.ts';
import type { AskedBy } from '../model/is-own.ts';
import type { Event, ExchangeBegun } from '../recording/event.ts';
import type { Viewer } from '../recording/found.ts';
import { openJournal } from '../storage/open-journal.ts';
import { JournalCatalog } from './journal-catalog.ts';

let folder: string;
let file: string;
let catalog: JournalCatalog;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-catalog-'));
  file = join(folder, 'catalog.db');
  catalog = new JournalCatalog(folder, file);
});
afterEach(() => {
  catalog.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes to the journal as a gateway does, a few lines a segment. */
async function write(events: readonly Event[]): Promise<void> {
  const journal = await openJournal({ folder, gateway: 'gw', limits: { segmentBytesMax: 2_000, freeBytesMin: 0 } });
  for (const event of events) journal.append(event);
  await journal.close();
}

const EVERYTHING: Viewer = { own: undefined, reach: [{}] };
const DENIED = { kind: 'refused', code: 'DENIED_BY_RULE', status: 403, message: 'no' } as const;
const { operation, caller } = begun(1) as Required<ExchangeBegun>;

/** Exchange `n` in session `s`. */
function exchange(n: number, s: number, change: Partial<typeof operation> = {}, more: Partial<ExchangeBegun> = {}) {
  return [
    begun(n, { session: sessionId(s), operation: { ...operation, ...change }, ...more }),
    permitted(n),
    ended(n, undefined, { session: sessionId(s) }),
  ] as const;
}

const EVENTS: readonly Event[] = [
  ...exchange(1, 1),
  ...exchange(2, 1, { verb: 'delete', claimed: { session: 'run-1', command: 'kubectl delete' } }),
  begun(3, {
    session: sessionId(1),
    operation: { ...operation, namespace: 'bank', claimed: { session: 'run-1', command: 'kubectl delete' } },
  }),
  ended(3, DENIED, { session: sessionId(1), decision: { effect: 'deny', rule: 'never' } }),
  ...exchange(4, 2, {}, { caller: { ...caller, subject: 'ci:other' }, target: 'test' }),
  begun(5, { session: sessionId(2), caller: { ...caller, subject: 'ci:other' }, target: 'test' }),
];

const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => Number(id.slice(-6)));
const exchanges = async (viewer: Viewer, filter = {}) => ids(await catalog.exchanges(viewer, filter, { limit: 10 }));

test('what the journal has is found, over all its segments, by who, what, where and what came of it', async () => {
  await write(EVENTS);
  await catalog.catchUp();
  assert.ok(readdirSync(folder).length > 5, 'several segments');
  assert.deepEqual(await exchanges(EVERYTHING), [5, 4, 3, 2, 1]);
  assert.deepEqual(await exchanges(EVERYTHING, { session: sessionId(1) }), [1, 2, 3]);
  assert.deepEqual(await exchanges(EVERYTHING, { subject: 'ci:other' }), [5, 4]);
  assert.deepEqual(await exchanges(EVERYTHING, { verb: 'delete' }), [2]);
  assert.deepEqual(await exchanges(EVERYTHING, { decision: 'deny' }), [3]);
  assert.deepEqual(await exchanges(EVERYTHING, { outcome: 'open' }), [5]);
  assert.deepEqual(await exchanges(EVERYTHING, { outcome: 'lost' }), []);
  assert.deepEqual(await exchanges(EVERYTHING, { sinceMs: START_AT + 3, untilMs: START_AT + 5 }), [4, 3]);
  assert.deepEqual(await exchanges(EVERYTHING, { text: 'kubectl delete' }), [3, 2]);
  assert.deepEqual(await exchanges(EVERYTHING, { text: '" OR *' }), []);
  assert.deepEqual(await exchanges(EVERYTHING, { status: 403 }), [3]);
  assert.deepEqual(await exchanges(EVERYTHING, { run: 'run-1', command: 'kubectl delete' }), [3, 2]);
  assert.deepEqual(await exchanges(EVERYTHING, { grant: 'g1' }), []);
  assert.deepEqual(await exchanges(EVERYTHING, { session: sessionId(1), text: 'delete' }), [2, 3]);
  const page = await catalog.exchanges(EVERYTHING, {}, { limit: 2, before: exchangeId(4) });
  assert.deepEqual(ids(page), [3, 2]);
});

test('sessions are summed up, and told as the runs that their caller says they were', async () => {
  await write(EVENTS);
  await catalog.catchUp();
  const sessions = await catalog.sessions(EVERYTHING, {}, { limit: 10 });
  assert.deepEqual(
    sessions.map(({ id, exchanges: all, changes, refused, open }) => [
      Number(id.slice(-6)),
      all,
      changes,
      refused,
      open,
    ]),
    [
      [2, 2, 0, 0, 1],
      [1, 3, 1, 1, 0],
    ],
  );
  assert.deepEqual(ids(await catalog.sessions(EVERYTHING, { decision: 'deny' }, { limit: 10 })), [1]);
  assert.deepEqual(ids(await catalog.sessions(EVERYTHING, {}, { limit: 10, before: sessionId(2) })), [1]);
  const found = await catalog.session(EVERYTHING, sessionId(1));
  assert.deepEqual(
    found?.stories.map(({ id, by, title, exchanges: all, changes, refused }) => [
      Number(id.slice(-6)),
      by,
      title,
      all,
      changes,
      refused,
    ]),
    [
      [1, 'time', '', 1, 0, 0],
      [2, 'caller', 'kubectl delete', 2, 1, 1],
    ],
  );
});

test('what was only planned is marked, and is neither a change nor a refusal, in its session and its run', async () => {
  const asked = { operation: { ...operation, verb: 'delete' }, session: sessionId(1) };
  const denied = { session: sessionId(1), decision: { effect: 'deny', rule: 'never' } } as const;
  await write([
    begun(1, { ...asked, planned: true }),
    ended(1, { ...DENIED, code: 'PLANNED' }, { session: sessionId(1) }),
    begun(2, { ...asked, planned: true }),
    ended(2, DENIED, denied),
    begun(3, asked),
    ended(3, DENIED, denied),
  ]);
  await catalog.catchUp();
  const found = await catalog.session(EVERYTHING, sessionId(1));
  const { exchanges: all, changes, refused, planned } = found?.session ?? {};
  assert.deepEqual([all, changes, refused, planned], [3, 1, 1, 2]);
  assert.deepEqual(
    found?.stories.map((story) => [story.exchanges, story.changes, story.refused]),
    [[3, 1, 1]],
  );
  const rows = await catalog.exchanges(EVERYTHING, {}, { limit: 10 });
  assert.deepEqual(
    rows.map((row) => [row.isChange, row.planned]),
    [
      [true, undefined],
      [false, true],
      [false, true],
    ],
  );
});

test('one exchange is read from the journal’s own lines, with their hashes', async () => {
  await write(EVENTS);
  await catalog.catchUp();
  const found = await catalog.exchange(EVERYTHING, exchangeId(2));
  assert.equal(found?.exchange.rule, 'read');
  const all = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  assert.equal(found?.lines.length, 3);
  for (const { line, hash } of found?.lines ?? []) {
    assert.ok(all.includes(`${line}\n`));
    assert.ok(line.endsWith(`"hash":"${hash}"}`));
  }
});

test('who looks sees their own and what a role reaches, and of the rest not even that it is there', async () => {
  await write(EVENTS);
  await catalog.catchUp();
  const own = (subject: string, more: Partial<AskedBy> = {}): Viewer => ({
    own: { subject, issuer: 'main', ...more },
    reach: [],
  });
  assert.deepEqual(await exchanges(own('ci:other')), [5, 4]);
  assert.deepEqual(await exchanges(own('ci:other', { token: 'a program' })), [], 'a program sees what it did itself');
  assert.deepEqual(await exchanges(own('ci:other', { issuer: 'another' })), []);
  const reach = (...places: Viewer['reach']): Viewer => ({ own: undefined, reach: places });
  assert.deepEqual(await exchanges(reach({ targets: ['pro*'] })), [3, 2, 1]);
  assert.deepEqual(await exchanges(reach({ namespaces: ['ba*'] })), [3]);
  assert.deepEqual(await exchanges(reach({ namespaces: ['b?nk', '[b]ank'] })), [], 'only `*` stands for others');
  assert.deepEqual(await exchanges(reach({ targets: [] })), []);
  const [session] = await catalog.sessions(reach({ namespaces: ['bank'] }), {}, { limit: 10 });
  assert.deepEqual([session?.exchanges, session?.changes], [1, 0], 'counts are of what may be seen');
  assert.equal(await catalog.session(own('nobody'), sessionId(1)), undefined);
  assert.equal(await catalog.exchange(own('nobody'), exchangeId(1)), undefined);
});

test('T60: who acts for somebody sees what itself did; they see what their programs and actors did as well', async () => {
  const by = (n: number, more: Partial<AskedBy>) => begun(n, { caller: { ...caller, ...more } });
  await write([by(1, {}), by(2, { token: 'x' }), by(3, { actors: ['a'] }), by(4, { actors: ['b', 'a'] })]);
  await catalog.catchUp();
  const seenBy = (more: Partial<AskedBy>) => exchanges({ own: { ...caller, ...more }, reach: [] });
  assert.deepEqual(await seenBy({}), [4, 3, 2, 1]);
  assert.deepEqual(await seenBy({ token: 'x' }), [2]);
  assert.deepEqual(await seenBy({ actors: ['a'] }), [3]);
  assert.deepEqual(await seenBy({ actors: ['b'] }), []);
  assert.deepEqual(await seenBy({ token: 'x', actors: ['a'] }), []);
});

test('it goes on where it was, and is made anew where the journal is another than it was', async () => {
  await write(EVENTS.slice(0, 3));
  await catalog.catchUp();
  await write(EVENTS.slice(3));
  await catalog.catchUp();
  const before = await catalog.exchanges(EVERYTHING, {}, { limit: 10 });
  await catalog.remake();
  assert.deepEqual(await catalog.exchanges(EVERYTHING, {}, { limit: 10 }), before);
  for (const name of readdirSync(folder)) if (name.startsWith('journal-')) rmSync(join(folder, name));
  await write(EVENTS.slice(0, 3));
  await catalog.catchUp();
  assert.deepEqual(await exchanges(EVERYTHING), [1]);
});

test('two that take from one journal into one file take each line once', async () => {
  await write(EVENTS);
  const other = new JournalCatalog(folder, file);
  await Promise.all([catalog.catchUp(), other.catchUp()]);
  assert.deepEqual(await exchanges(EVERYTHING), [5, 4, 3, 2, 1]);
  other.close();
});

test('a file that is no catalog, or of another version, is made anew', async () => {
  await write(EVENTS);
  catalog.close();
  writeFileSync(file, 'not a database at all'.repeat(100));
  catalog = new JournalCatalog(folder, file);
  await catalog.catchUp();
  assert.deepEqual(await exchanges(EVERYTHING), [5, 4, 3, 2, 1]);
});

test('what does not hold is not taken', async () => {
  await write(EVENTS);
  const name = readdirSync(folder).filter((one) => one.endsWith('.jsonl'))[1] as string;
  const text = readFileSync(join(folder, name), 'utf8');
  writeFileSync(join(folder, name), text.replace('exchange.ended', 'exchange.bended'));
  await catalog.catchUp();
  assert.ok((await exchanges(EVERYTHING)).length < 5);
});
