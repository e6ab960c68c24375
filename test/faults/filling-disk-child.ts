/*
 * Writes to a journal on a disk that is too small for all of it, which seals its segments and, where it is asked to, has a rule by which what is old may go early. Prints how
 * often the disk was as good as full, and what is there at the end.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { verifyJournal } from '../../src/cli/journal.ts';
import type { RetentionRule } from '../../src/policy/retention-rule.ts';
import { systemClock } from '../../src/std/clock.ts';
import { openJournal } from '../../src/storage/open-journal.ts';
import { openRetention } from '../../src/storage/retention/open-retention.ts';
import { openSealer } from '../../src/storage/sealing/open-sealer.ts';
import { begun, ended } from '../support/journal-events.ts';

const [folder, how] = process.argv.slice(2) as [string, string];
const MIB = 1024 * 1024;
const FREE_BYTES_WARN = 5 * MIB;
const EXCHANGES = 24_000;
const RULE: RetentionRule = {
  id: 'keep/all',
  of: 'all',
  keepForMs: 365 * 86_400_000,
  mayGoEarly: true,
  legalHold: false,
};
const failures: string[] = [];
const sealer = openSealer({
  folder,
  key: { file: `${folder}.key`, isOwn: true },
  onSealed() {},
  onFailure: (why) => failures.push(why),
  retryAfterMs: 100,
});
const limits = { segmentBytesMax: 128 * 1024, freeBytesMin: 2 * MIB, freeBytesWarn: FREE_BYTES_WARN, freeLookMs: 5 };
const journal = await openJournal({ folder, gateway: 'child', limits, onClosed: sealer.closed });
const retention = openRetention({
  folder,
  rules: () => (how === 'rule' ? [RULE] : []),
  wantedBytes: () => Math.max(0, FREE_BYTES_WARN - (journal.health().freeBytes ?? FREE_BYTES_WARN)),
  journal,
  clock: systemClock,
  onApplied() {},
  onFailure: (why) => failures.push(why),
  everyMs: 20,
});
let refused = 0;
for (let n = 0; n < EXCHANGES; n++) {
  const peer = randomBytes(100).toString('base64');
  try {
    journal.append(begun(n, { at: Date.now(), peer }));
    await journal.append(ended(n, undefined, { at: Date.now() })).synced();
  } catch {
    refused += 1;
    if (how !== 'rule') break;
  }
  // A disk that fills faster than anybody can make room is another thing.
  if (n % 100 === 0) await setTimeout(5);
}
const { room } = journal.health();
await retention.close();
await sealer.close();
await journal.close();
const { holds, sentence, gone, events } = await verifyJournal(folder);
process.stdout.write(JSON.stringify({ refused, room, holds, sentence, gone, events, failures }));
