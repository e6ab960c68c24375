import { setImmediate } from 'node:timers/promises';

/** Limit: items of which something is made before whatever else waits has its turn. */
const AT_ONCE_MAX = 250;

/** What `map` makes of each item, in order; a long list takes many turns, so that no request waits for the whole of it. */
export async function mappedInTurns<Item, Made>(items: readonly Item[], map: (item: Item) => Made): Promise<Made[]> {
  const made: Made[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE_MAX) {
    if (from > 0) await setImmediate();
    for (const item of items.slice(from, from + AT_ONCE_MAX)) made.push(map(item));
  }
  return made;
}
