import { type Approval, saidBy } from '../approval/approval.ts';
import type { Caller } from '../model/caller.ts';
import { identitiesOf } from '../model/identities-of.ts';
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
 * Whether the store has stopped, at this moment or at any since they said it, somebody whose yes a question hangs on. Security: T60. Lifted later, a stop gives nothing back by a
 * yes that came before it: it may have been said by who was stopped for that.
 */
export async function isStoppedSince({ answers }: Pick<Approval, 'answers'>, rows: Rows): Promise<boolean> {
  const lists = await Promise.all(
    ['live', 'lifted'].map((state) => rows.list('kill', { state, limit: LIVE_ROWS_MAX })),
  );
  const kills = lists
    .flat()
    .map(killOf)
    .filter(({ what }) => what === 'caller');
  return answers.some((answer) => {
    const names = new Set(saidBy({ answers: [answer] }).flatMap(identitiesOf));
    return kills.some(({ value, liftedAt = Number.POSITIVE_INFINITY }) => liftedAt >= answer.at && names.has(value));
  });
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
