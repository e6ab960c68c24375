import assert from 'node:assert/strict';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../src/recording/event.ts';
import { readSegments } from '../../src/recording/read-segments.ts';
import { segmentName, segmentNumbers } from '../../src/recording/segment-name.ts';

/**
 * The events of a journal's folder, in order, but for what is kept of bodies and streams, whose lines come when the disk has them; fails where its chain does not hold.
 */
export async function journalOf(folder: string): Promise<readonly Event[]> {
  const names = segmentNumbers(readdirSync(folder)).map(segmentName);
  const sources = names.map((name) => ({ name, chunks: createReadStream(join(folder, name)) }));
  const reading = readSegments(sources);
  const events: Event[] = [];
  for (;;) {
    const next = await reading.next();
    if (next.done) {
      assert.equal(next.value.fault, undefined);
      return events.filter(({ type }) => type !== 'exchange.recorded');
    }
    events.push(...next.value.map(({ event }) => event));
  }
}
