import type { JournalCatalog } from '../../catalog/journal-catalog.ts';
import type { Event } from '../../recording/event.ts';
import type { ExchangeFilter } from '../../recording/found.ts';
import { FittingExchanges } from '../../recording/search-exchanges.ts';
import type { ExchangeView } from '../../recording/summarize-sessions.ts';
import { WHOEVER_READS } from './open-index.ts';

/** The exchanges that fit, the latest `limit`, in the order in which they began, each as its events tell it. */
export async function indexedViews(
  catalog: JournalCatalog,
  filter: ExchangeFilter,
  limit: number,
): Promise<readonly ExchangeView[]> {
  const found = await catalog.exchanges(WHOEVER_READS, filter, { limit });
  const views: ExchangeView[] = [];
  for (const { id } of found.toReversed()) {
    const whole = await catalog.exchange(WHOEVER_READS, id);
    const own = new FittingExchanges({ words: [] }, 1);
    for (const { line } of whole?.lines ?? []) own.add(JSON.parse(line) as Event);
    views.push(...own.list());
  }
  return views;
}
