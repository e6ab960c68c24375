import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  days,
  filesIn,
  folderFor,
  PLACED,
  SHORT,
  SIGNING_KEY,
  writeSealed,
} from '../../test/support/placed-journal.ts';
import type { Config } from '../config/load.ts';
import { noticeOfEvent } from '../control/notices/notices.ts';
import type { Event } from '../recording/event.ts';
import type { Journal } from '../storage/journal.ts';
import type { Told } from './observe.ts';
import { openToldRetention } from './open-retention.ts';

const SEGMENT = 'journal-00000001.jsonl.zst';

test('a copy that is not what is here is told once: log, journal, people and readiness, and both stay', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const [folder, far, dataFolder] = [folderFor(t), folderFor(t), folderFor(t)];
  const pem = SIGNING_KEY.export({ format: 'pem', type: 'pkcs8' });
  writeFileSync(join(dataFolder, 'journal-signing.key'), pem, { mode: 0o600 });
  await writeSealed(folder, days(4));
  const [logged, events, closers]: [unknown[], Event[], (() => unknown)[]] = [[], [], []];
  const journal = { health: () => ({ room: 'enough' }), append: () => ({}) } as unknown as Journal;
  const told = {
    log: { info() {}, error: (about: unknown) => logged.push(about) },
    clock: { now: () => 7, monotonic: () => 7 },
  } as unknown as Told;
  const config = { dataFolder, journal: { folder, freeBytesWarn: 0, places: [{ name: 'far', folder: far }] } };
  // Kept for a thousand years, so that nothing goes meanwhile.
  const rules = [
    { ...PLACED, keepForMs: 3e13 },
    { ...SHORT, keepForMs: 3e13 },
  ];
  const tell = {
    append(event: Event) {
      events.push(event);
      return {} as ReturnType<Journal['append']>;
    },
  };
  const retention = openToldRetention(config as unknown as Config, { retention: () => rules }, journal, {
    told,
    closers,
    tell,
  });
  t.after(() => Promise.all(closers.map((close) => close())));
  const look = async (isDone: () => boolean) => {
    while (!isDone()) {
      t.mock.timers.tick(60_000);
      await setImmediate();
    }
  };
  const copied = [1, 3].flatMap((n) => [`journal-0000000${n}.jsonl.zst`, `journal-0000000${n}.seal`]);
  await look(() => copied.join() === readdirSync(far).sort().join());
  const before = filesIn(far);
  rmSync(join(folder, SEGMENT));
  await look(() => events.length > 0);
  const why = 'events of it are not here, and no event says that a rule let all of them go';
  const fault = { place: 'far', file: SEGMENT, why };
  assert.deepEqual(events, [{ type: 'copy.refused', at: 7, ...fault }]);
  assert.deepEqual(logged, [fault]);
  assert.deepEqual(retention.warnings(), [`\`${SEGMENT}\` and what place \`far\` has of it do not agree: ${why}`]);
  const notice = noticeOfEvent(events[0] as Event);
  assert.deepEqual([notice?.kind, notice?.risk, notice?.facts[0]], ['copy.refused', 'high', 'place: far']);
  // Looked at again and again, it is told no more.
  rmSync(join(folder, 'journal-00000003.jsonl.zst'));
  await look(() => events.length > 1);
  assert.equal(events.length, 2);
  assert.deepEqual(filesIn(far), before);
});
