import { readRecorded } from '../catalog/read-pieces.ts';
import type { KeptReader } from '../control/session-routes.ts';
import type { Clock } from '../std/clock.ts';
import type { ExchangeId } from '../std/ids.ts';
import type { Journal } from '../storage/journal.ts';

/** What is kept beside the segments of an exchange's journal; that somebody read it is an event. */
export function keptReader(
  folderOf: (exchange: string) => string,
  journal: Pick<Journal, 'append'>,
  clock: Clock,
): KeptReader {
  return {
    read: (recorded) => readRecorded(folderOf(recorded.exchange), recorded),
    tellRead: (exchange, { subject, issuer }) =>
      journal
        .append({
          type: 'recording.read',
          at: clock.now(),
          exchange: exchange as ExchangeId,
          by: { subject, issuer },
        })
        .written(),
  };
}
