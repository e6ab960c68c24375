import type { RowReader } from '../store/store.ts';
import { LiveKills } from './live-kills.ts';
import { killOf } from './row-body.ts';

/** Limit: live kills that are read at once. */
export const KILLS_MAX = 50_000;

/** What the store has stopped at this moment: a gateway that has not heard of it yet, or does not hear the others any more, has not what they stopped in memory. */
export async function stoppedNow(rows: Pick<RowReader, 'list'>): Promise<LiveKills> {
  const kills = new LiveKills();
  kills.replace((await rows.list('kill', { state: 'live', limit: KILLS_MAX })).map(killOf), () => false);
  return kills;
}
