/*
 * Writes to a journal until nothing more goes, makes room, and goes on; prints what was acknowledged. The folder stands on a disk that is too small,
 * or the process may write only small files.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../src/storage/open-journal.ts';
import { begun, ended, permitted } from '../support/journal-events.ts';
import { journalOf } from '../support/journal-of.ts';

const [folder] = process.argv.slice(2) as [string];
const ballast = join(folder, '..', 'ballast');
writeFileSync(ballast, Buffer.alloc(16 * 1024, 1));
const journal = await openJournal({ folder, gateway: 'child', limits: { retryAfterMs: 5, freeBytesMin: 0 } });
const acknowledged: number[] = [];
let refused = 0;
let next = 0;

async function exchange(): Promise<boolean> {
  const n = next++;
  try {
    journal.append(begun(n));
    await journal.append(permitted(n)).synced();
    acknowledged.push(n);
  } catch {
    refused += 1;
    return false;
  }
  try {
    journal.append(ended(n));
  } catch {
    // Closed as lost, once something can be written.
  }
  return true;
}

while (await exchange()) assertSmall();
const reason = journal.health().reason;
rmSync(ballast);
while (journal.health().state !== 'open') await new Promise(setImmediate);
while (!(await exchange())) await new Promise(setImmediate);
await journal.close();

const events = await journalOf(folder);
const permits = new Set(events.flatMap((event) => (event.type === 'exchange.permitted' ? [event.exchange] : [])));
const recovered = events.filter(({ type }) => type === 'journal.recovered').length;
const isOpen =
  events.filter(({ type }) => type === 'exchange.begun').length -
  events.filter(({ type }) => type === 'exchange.ended').length;
const missing = acknowledged.filter((n) => !permits.has(begun(n).exchange)).length;
process.stdout.write(
  JSON.stringify({ reason, acknowledged: acknowledged.length, missing, refused: refused > 0, recovered, isOpen }),
);

function assertSmall(): void {
  if (next > 20_000) throw new Error('the disk never filled');
}
