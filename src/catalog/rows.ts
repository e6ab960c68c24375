import type { FoundExchange, FoundSession, FoundStory } from '../recording/found.ts';

type Row = Readonly<Record<string, unknown>>;

/** A row of `exchange` as what was found. */
export function toExchange(row: Row): FoundExchange {
  const {
    n: _,
    token: __,
    claimedSession,
    claimedCommand,
    isChange,
    grantId,
    ...same
  } = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? undefined : value]));
  return {
    ...same,
    grant: grantId,
    isChange: isChange === 1,
    claimed: claimed({ claimedSession, claimedCommand }),
  } as FoundExchange;
}

/** A sum over a session as what was found. */
export function toSession({ session, ...same }: Row): FoundSession {
  return { id: session, ...same } as FoundSession;
}

/** A sum over what a caller says belongs together. */
export function toStory({ claimedSession, claimedCommand, ...same }: Row): FoundStory {
  return { claimed: claimed({ claimedSession, claimedCommand }), ...same } as FoundStory;
}

function claimed({ claimedSession, claimedCommand }: Row): FoundExchange['claimed'] {
  return typeof claimedSession === 'string'
    ? { session: claimedSession, command: typeof claimedCommand === 'string' ? claimedCommand : '' }
    : undefined;
}
