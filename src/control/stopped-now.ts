import type { Caller } from '../model/caller.ts';
import type { RowReader } from '../store/store.ts';
import { LiveKills } from './live-kills.ts';
import { killOf, LIVE_ROWS_MAX } from './row-body.ts';

type Rows = Pick<RowReader, 'list'>;

/** What the store has stopped at this moment: a gateway that has not heard of it yet, or does not hear the others any more, has not what they stopped in memory. */
export async function stoppedNow(rows: Rows): Promise<LiveKills> {
  const kills = new LiveKills();
  kills.replace((await rows.list('kill', { state: 'live', limit: LIVE_ROWS_MAX })).map(killOf), () => false);
  return kills;
}

/**
 * Refuses whom an operator has stopped, by what this gateway has heard, which may wait for the store, and by what the store has at this moment.
 *
 * @throws {Refusal} KILLED
 */
export async function refuseStopped(caller: Caller, heard: Pick<LiveKills, 'refuseCaller'>, rows: Rows): Promise<void> {
  heard.refuseCaller(caller);
  (await stoppedNow(rows)).refuseCaller(caller);
}
