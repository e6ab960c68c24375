import type { FoundExchange, FoundSession } from '../recording/found.ts';
import type { RunPart } from '../recording/tell-runs.ts';

type Row = Readonly<Record<string, unknown>>;

/** A row of `exchange` as what was found. */
export function toExchange(row: Row): FoundExchange {
  const {
    n: _,
    token: __,
    actors: ___,
    claimedSession,
    claimedCommand,
    isChange,
    isPlanned,
    grantId,
    ...same
  } = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? undefined : value]));
  return {
    ...same,
    grant: grantId,
    isChange: isChange === 1,
    ...(isPlanned === 1 ? { planned: true } : {}),
    claimed: claimed({ claimedSession, claimedCommand }),
  } as FoundExchange;
}

/** A sum over a session as what was found. */
export function toSession({ session, ...same }: Row): FoundSession {
  return { id: session, ...same } as FoundSession;
}

/** What of a row says of which run it is. */
export function toRunPart(row: Row): RunPart {
  const { id, at, durationMs, outcome, status, verb, resource, name, isChange, isPlanned } = row as Readonly<
    Record<'id' | 'outcome' | 'verb' | 'resource' | 'name', string> & Record<'at' | 'isChange' | 'isPlanned', number>
  > & { readonly durationMs: number | null; readonly status: number | null };
  return {
    id,
    at,
    endedAt: durationMs === null ? undefined : Math.round(at + durationMs),
    claimed: claimed(row),
    verb,
    resource,
    name,
    isChange: isChange === 1,
    isRefused: outcome === 'refused' && isPlanned === 0,
    isFailed: outcome === 'broken' || outcome === 'lost' || (outcome === 'abandoned' && status === null),
  };
}

function claimed({ claimedSession, claimedCommand }: Row): FoundExchange['claimed'] {
  return typeof claimedSession === 'string'
    ? { session: claimedSession, command: typeof claimedCommand === 'string' ? claimedCommand : '' }
    : undefined;
}
