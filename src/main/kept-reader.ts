import { readRecorded } from '../catalog/read-pieces.ts';
import type { Config } from '../config/load.ts';
import type { KeptReader } from '../control/session-routes.ts';
import type { Clock } from '../std/clock.ts';
import type { ExchangeId } from '../std/ids.ts';
import type { Journal } from '../storage/journal.ts';

/** What is kept beside the journal's segments; that somebody read it is an event. */
export function keptReader(config: Config, journal: Pick<Journal, 'append'>, clock: Clock): KeptReader {
  const folder = config.journal.folder as string;
  return {
    read: (recorded) => readRecorded(folder, recorded),
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
