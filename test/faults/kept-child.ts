/*
 * A gateway's journal with all that is beside it: intents, what passes in them kept in packs, and closed segments sealed, as fast as it can. Prints the number of each intent
 * that was acknowledged as synced, and `kept` for each line of the journal about what is kept. Begins once it is told to by a line on its input: the next one can be ready while one is killed.
 */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { keeperOf } from '../../src/main/keeper-of.ts';
import { systemClock } from '../../src/std/clock.ts';
import { openJournal } from '../../src/storage/open-journal.ts';
import { openPieces } from '../../src/storage/pieces/open-pieces.ts';
import { openSealer } from '../../src/storage/sealing/open-sealer.ts';
import { begun, ended, exchangeId, permitted } from '../support/journal-events.ts';

const [folder, keyFile, first] = process.argv.slice(2) as [string, string, string];
await once(process.stdin, 'data');
const sealer = openSealer({
  folder,
  key: { file: keyFile, isOwn: true },
  onSealed() {},
  onFailure(why) {
    process.stderr.write(`${why}\n`);
    process.exit(3);
  },
});
const journal = await openJournal({
  folder,
  gateway: 'child',
  limits: { segmentBytesMax: 128 * 1024, freeBytesMin: 0 },
  onClosed: sealer.closed,
});
const pieces = openPieces({ folder, clock: systemClock, hasRoom: () => true, onFailure() {} });
const told: Pick<typeof journal, 'append'> = {
  append(event) {
    const appended = journal.append(event);
    process.stdout.write('kept\n');
    return appended;
  },
};
const keeper = keeperOf(pieces, told, systemClock);
let next = Number(first);

async function worker(): Promise<never> {
  for (;;) {
    const n = next++;
    journal.append(begun(n));
    await journal.append(permitted(n)).synced();
    process.stdout.write(`${n}\n`);
    const head = { form: 'body', part: 'reply', mediaType: 'text/plain', cut: 'whole', bytesMax: undefined } as const;
    const kept = keeper.open(exchangeId(n), head, { onRoom() {}, onFailed() {} });
    for (let part = 0; part < 4; part++) kept.bytes('o', Buffer.from(`${n % 500} says ${part}\n`.repeat(100)));
    await setImmediate();
    kept.end({ isWhole: true });
    if (n % 50 !== 0) journal.append(ended(n));
  }
}

await Promise.all(Array.from({ length: 8 }, worker));
