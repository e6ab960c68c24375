/* A gateway's journal and nothing else: writes intents as fast as it can, and prints the number of each that was acknowledged as synced. */
import { openJournal } from '../../src/storage/open-journal.ts';
import { begun, ended, permitted } from '../support/journal-events.ts';

const [folder, first] = process.argv.slice(2) as [string, string];
const journal = await openJournal({ folder, gateway: 'child', limits: { segmentBytesMax: 256 * 1024 } });
let next = Number(first);

async function worker(): Promise<never> {
  for (;;) {
    const n = next++;
    journal.append(begun(n));
    await journal.append(permitted(n)).synced();
    process.stdout.write(`${n}\n`);
    if (n % 3 !== 0) journal.append(ended(n));
  }
}

await Promise.all(Array.from({ length: 8 }, worker));
