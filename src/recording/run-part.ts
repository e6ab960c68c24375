import { isChange } from './is-change.ts';
import type { ExchangeView } from './summarize-sessions.ts';
import type { RunPart } from './tell-runs.ts';

/** What of an exchange, as its events tell it, says of which run it is. */
export function runPart({ begun, ended }: ExchangeView): RunPart {
  const { operation } = begun;
  const outcome = ended?.outcome;
  return {
    id: begun.exchange,
    at: begun.at,
    endedAt: ended?.at,
    claimed: operation?.claimed,
    verb: operation?.verb ?? '',
    resource: operation?.resource ?? '',
    name: operation?.name ?? '',
    isChange: isChange(begun),
    isRefused: outcome?.kind === 'refused' && begun.planned !== true,
    isFailed:
      outcome !== undefined &&
      (outcome.kind === 'broken' ||
        outcome.kind === 'lost' ||
        (outcome.kind === 'abandoned' && outcome.status === undefined)),
  };
}
