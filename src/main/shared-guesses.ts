/*
 * How often callers write other values into masked places, for all gateways on one store: a caller that is spread over several counts as one, and a restart forgets nothing.
 *
 * A row is what was written to one object by one caller within one of the hours that follow each other; the last two of them hold what counts now. What is kept of values are digests under the
 * key of masks, which is not in the store.
 */
import { createHash } from 'node:crypto';
import { GUESS_LIMITS, type SharedGuesses } from '../pipeline/guesses.ts';
import type { Row, Store } from '../store/store.ts';

/** Limit: rows of hours that are over, removed at once when another begins. */
const removedMax = 200;

interface Counted {
  readonly digest: string;
  readonly at: number;
}

/** Counts in a store. What it cannot take is told, and counts at the gateway that asked alone. */
export function sharedGuesses(
  store: Pick<Store, 'exclusively' | 'now'>,
  onFailure: (what: string, error: unknown) => void,
): SharedGuesses {
  return {
    take: (key, digest, max) =>
      counted(store, createHash('sha256').update(key).digest('hex'), digest, max).catch((error: unknown) => {
        onFailure('a write into a masked place could not be counted for all gateways', error);
        return undefined;
      }),
  };
}

function counted(store: Pick<Store, 'exclusively' | 'now'>, key: string, digest: string, max: number) {
  const { guessesForMs } = GUESS_LIMITS;
  return store.exclusively(`guess ${key}`, async (rows) => {
    const now = store.now();
    const hour = Math.floor(now / guessesForMs);
    const before = await rows.get('guess', idOf(hour - 1, key));
    const current = await rows.get('guess', idOf(hour, key));
    const counting = [...countedIn(before), ...countedIn(current)].filter(({ at }) => now - at < guessesForMs);
    const leftMs = (counting[0]?.at ?? now) + guessesForMs - now;
    if (counting.some((one) => one.digest === digest)) return { isOver: false, leftMs };
    if (counting.length >= max) return { isOver: true, leftMs };
    const body = [...countedIn(current), { digest, at: now }];
    const version = current?.version ?? 0;
    await rows.put({ kind: 'guess', id: idOf(hour, key), version, owner: '', state: 'counted', body, isQuiet: true });
    if (current === undefined)
      for (const { id } of await rows.list('guess', { before: idOf(hour - 1, ''), limit: removedMax }))
        await rows.delete('guess', id);
    return { isOver: false, leftMs };
  });
}

function idOf(hour: number, key: string): string {
  return `${String(hour).padStart(10, '0')}-${key}`;
}

/** Security: what a row holds was sealed by a gateway, and is taken as it wrote it. */
function countedIn(row: Row | undefined): readonly Counted[] {
  return (row?.body ?? []) as readonly Counted[];
}
