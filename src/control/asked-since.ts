/**
 * Of a page of what was asked, the newest first, what was asked at an instant or later, and whether anything behind the page could be.
 *
 * The store is not asked for the instant: ids sort by the time of asking, so the first that is older ends the list.
 */
export function askedSince<Kept>(
  page: readonly Kept[],
  askedAt: (kept: Kept) => number,
  { since, limit }: { readonly since?: string | undefined; readonly limit: number },
): { readonly items: readonly Kept[]; readonly isLast: boolean } {
  const items = since === undefined ? page : page.filter((kept) => askedAt(kept) >= Date.parse(since));
  return { items, isLast: page.length < limit || items.length < page.length };
}
