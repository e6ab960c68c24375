import assert from 'node:assert/strict';
import type { Event } from '../../src/recording/event.ts';
import { readSegments } from '../../src/recording/read-segments.ts';
import { segmentFiles, segmentSource } from '../../src/segments/segment-files.ts';

/**
 * The events of a journal's folder, in order, but for what is kept of bodies and streams, whose lines come when the disk has them; fails where its chain does not hold.
 */
export async function journalOf(folder: string): Promise<readonly Event[]> {
  const reading = readSegments(segmentFiles(folder).map((file) => segmentSource(folder, file)));
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
