/** Limit: results that are remembered of one function; with one more, all are forgotten. */
const REMEMBERED_MAX = 256;

/** Limit: characters of a text whose result is remembered. */
const TEXT_MAX = 256;

/**
 * The same function of one text, which looks a result up that it gave a moment ago: clients say the same few things in every request. A result is shared, so it must not be
 * changed; what throws is not remembered. Whoever says something new each time costs what the function costs.
 */
export function remembered<Result>(work: (text: string) => Result): (text: string) => Result {
  const results = new Map<string, Result>();
  return (text) => {
    const known = results.get(text);
    if (known !== undefined) return known;
    const result = work(text);
    if (text.length > TEXT_MAX) return result;
    if (results.size >= REMEMBERED_MAX) results.clear();
    results.set(text, result);
    return result;
  };
}
