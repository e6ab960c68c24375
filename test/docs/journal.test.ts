import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EVENT_TYPES } from '../../src/recording/event.ts';
import { openJournal } from '../../src/storage/open-journal.ts';
import { begun, ended } from '../support/journal-events.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/reference/journal.md'), 'utf8');

test('the page has a section for every event, and for no other', () => {
  const sections = [...PAGE.matchAll(/^### `(.+)`$/gm)].map(([, type]) => type);
  assert.deepEqual(sections, Object.keys(EVENT_TYPES));
});

test('verifying by hand, as the page says it, finds the chain whole, and a change of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-docs-'));
  try {
    const journal = await openJournal({ folder, gateway: 'gw', limits: { segmentBytesMax: 1_500 } });
    for (let n = 0; n < 5; n++) {
      await journal.append(begun(n, { method: `\\n"☃%s` })).synced();
      journal.append(ended(n));
    }
    await journal.close();
    const script = /^```sh\n([\s\S]*?)^```$/m.exec(PAGE)?.[1] as string;
    const byHand = () => spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
    assert.equal(byHand().stdout, 'the chain holds\n');
    const path = join(folder, 'journal-00000002.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('ci:deployer', 'ci:deplayer'));
    assert.match(byHand().stdout, /^broken: .*ci:deplayer/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
