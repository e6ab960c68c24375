import type { Row, Store } from '../store/store.ts';

/** What the store has of one caller and budget. */
export interface Counted {
  readonly window: number;
  readonly taken: number;
  /** Over, until a person has looked. */
  readonly isTripped: boolean;
  /** When the window ends, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** What a row says; nothing where there is none. */
export function countedOf(row: Row | undefined): Counted {
  return row === undefined ? NOTHING_COUNTED : (row.body as Counted);
}

/** Before anything was counted. */
export const NOTHING_COUNTED: Counted = { window: -1, taken: 0, isTripped: false, endsAt: 0 };

/** Under which key a row is changed. */
export function lockOf(id: string): string {
  return `budget ${id}`;
}

interface Sweep {
  /** Where the sweep before stopped; undefined: it begins anew. */
  readonly before: string | undefined;
  /** Limit: rows that are looked at. */
  readonly rowsMax: number;
  /** What ended after it stays. */
  readonly endedBefore: number;
}

/** Removes rows of windows that are over, which count for nothing any more, and returns where it stopped. What waits for a person to look stays. */
export function sweepBudgets(
  store: Pick<Store, 'exclusively'>,
  { before, rowsMax, endedBefore }: Sweep,
): Promise<string | undefined> {
  const isOver = (row: Row) => !countedOf(row).isTripped && countedOf(row).endsAt < endedBefore;
  return store.exclusively('the sweep of budgets', async (rows) => {
    const looked = await rows.list('budget', { limit: rowsMax, ...(before === undefined ? {} : { before }) });
    for (const { id } of looked.filter(isOver)) {
      // Somebody may be counting there, who never waits for a sweep in turn.
      await rows.alsoExclusively(lockOf(id));
      const row = await rows.get('budget', id);
      if (row !== undefined && isOver(row)) await rows.delete('budget', id);
    }
    return looked.at(-1)?.id;
  });
}
