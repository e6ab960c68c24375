import type { ControlClient } from '../control/client.ts';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Limit: items that are asked for at once. */
const PAGE_MAX = 1_000;

/** Values of a query; those that are absent are not asked. */
export type Query = Readonly<Record<string, string | undefined>>;

/** Items of a list of the control plane, page by page, at most `limit`; with the first page, for what else it says, and `next`, which is null where these are all. */
export async function controlPages<Item, First extends Page<Item>>(
  client: ControlClient,
  path: string,
  query: Query,
  limit: number,
): Promise<{ readonly first: First; readonly items: readonly Item[]; readonly next: string | null }> {
  let first: First | undefined;
  const items: Item[] = [];
  for (let after: string | undefined; ; ) {
    const asked = { ...query, after, limit: String(Math.min(PAGE_MAX, limit - items.length)) };
    const given = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const page = (await client.ask('GET', `${path}?${new URLSearchParams(given)}`)) as First;
    first ??= page;
    items.push(...page.items);
    const { next } = page;
    if (next === null || items.length >= limit) return { first, items, next };
    after = next;
  }
}
