import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openJournal } from '../../src/storage/open-journal.ts';
import { exchangeId } from '../support/journal-events.ts';
import { journalOf } from '../support/journal-of.ts';

/** How many times the process is killed. */
const KILLS = 8;

test('T62: a process that is killed at any moment has kept every intent that it acknowledged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-kill-'));
  try {
    const acknowledged: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      acknowledged.push(...(await killed(folder, kill * 100_000, 1 + kill * 61)));
    }
    const journal = await openJournal({ folder, gateway: 'test' });
    await journal.close();
    const events = await journalOf(folder);
    const permitted = new Set(events.flatMap((event) => (event.type === 'exchange.permitted' ? [event.exchange] : [])));
    const begun = new Set(events.flatMap((event) => (event.type === 'exchange.begun' ? [event.exchange] : [])));
    const ended = events.flatMap((event) => (event.type === 'exchange.ended' ? [event.exchange] : []));
    for (const n of acknowledged) assert.ok(permitted.has(exchangeId(n)), `intent ${n} was acknowledged`);
    assert.deepEqual(new Set(ended), begun, 'each exchange that began has ended, by itself or as lost');
    assert.equal(ended.length, begun.size, 'and only once');
    assert.equal(events.filter(({ type }) => type === 'journal.recovered').length, KILLS);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The numbers that a child acknowledged before it was killed, which happens once there are `after` of them. */
async function killed(folder: string, first: number, after: number): Promise<readonly number[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'journal-child.ts'), folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let text = '';
  let count = 0;
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    text += chunk;
    count += chunk.split('\n').length - 1;
    if (count >= after) child.kill('SIGKILL');
  }
  assert.deepEqual(await exited, [null, 'SIGKILL']);
  const lines = text.split('\n');
  lines.pop(); // Cut off, or empty.
  return lines.map(Number);
}
