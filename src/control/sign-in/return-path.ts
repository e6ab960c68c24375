/** Limit: a longer address is not come back to. */
const CHARACTERS_MAX = 1_024;

/**
 * The path, with its query, to which a person comes back after signing in: what was asked for where it is one of the console's own, else the console's first page.
 * Security: never another origin, however it is written.
 */
export function pathOf(asked: string | null, own: URL): string {
  const first = `${own.pathname.replace(/\/$/, '')}/`;
  if (asked === null || asked.length > CHARACTERS_MAX || !/^\/[\x21-\x7e]*$/.test(asked)) return first;
  if (!URL.canParse(asked, own.origin)) return first;
  const { origin, pathname, search } = new URL(asked, own.origin);
  return origin === own.origin && pathname.startsWith(first) && !pathname.startsWith('//') ? pathname + search : first;
}
