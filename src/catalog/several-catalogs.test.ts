import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { begun, ended, permitted, sessionId } from '../../test/support/journal-events.ts';
import type { Event } from '../recording/event.ts';
import type { Viewer } from '../recording/found.ts';
import { openJournal } from '../storage/open-journal.ts';
import { JournalCatalog } from './journal-catalog.ts';
import { SeveralCatalogs } from './several-catalogs.ts';

const EVERYTHING: Viewer = { own: undefined, reach: [{}] };

const exchange = (n: number, session: number): readonly Event[] => [
  begun(n, { session: sessionId(session) }),
  permitted(n),
  ended(n, undefined, { session: sessionId(session) }),
];

const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => Number(id.slice(-6)));

test('the journals of two workers are found as one, in pages, by time', async () => {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-catalogs-'));
  const catalogs: { folder: string; catalog: JournalCatalog }[] = [];
  for (const [i, numbers] of [
    [1, 4, 5],
    [2, 3, 6],
  ].entries()) {
    const folder = join(root, String(i));
    const journal = await openJournal({ folder, gateway: `gw-${i}`, limits: { freeBytesMin: 0 } });
    for (const event of numbers.flatMap((n) => exchange(n, i + 1))) journal.append(event);
    await journal.close();
    const catalog = new JournalCatalog(folder, join(folder, 'catalog.db'));
    await catalog.catchUp();
    catalogs.push({ folder, catalog });
  }
  const both = new SeveralCatalogs(catalogs);
  const page = async (before?: string) => both.exchanges(EVERYTHING, {}, { before, limit: 4 });
  const first = await page();
  assert.deepEqual(ids(first), [6, 5, 4, 3]);
  assert.deepEqual(ids(await page(first.at(-1)?.id)), [2, 1]);
  const session = { session: sessionId(2) };
  assert.deepEqual(ids(await both.exchanges(EVERYTHING, session, { limit: 2 })), [2, 3]);
  assert.deepEqual(ids(await both.sessions(EVERYTHING, {}, { limit: 9 })), [2, 1]);
  assert.equal((await both.session(EVERYTHING, sessionId(2)))?.session.exchanges, 3);
  assert.equal(await both.session(EVERYTHING, sessionId(9)), undefined);
  const { id } = first[0] as { id: string };
  assert.equal((await both.exchange(EVERYTHING, id))?.exchange.id, id);
  assert.equal(both.folderOf(id), catalogs[1]?.folder);
  const { uses } = await both.ruleUses(0);
  assert.deepEqual(
    uses.map(({ uses: count }) => count),
    [6],
  );
  for (const { catalog } of catalogs) catalog.close();
  rmSync(root, { recursive: true, force: true });
});
