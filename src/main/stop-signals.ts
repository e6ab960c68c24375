/** Limit: a terminal's Ctrl-C comes twice where a program such as npm stands between, once of its own and once passed on; no hand is as fast. */
const SAME_KEY_MS = 500;

/** What a signal asks for; `undefined` where it is one that came before, by another way. */
export function stopSignals(): (signal: string, nowMs: number) => 'in order' | 'at once' | undefined {
  let first: { readonly signal: string; readonly atMs: number } | undefined;
  return (signal, nowMs) => {
    if (first === undefined) {
      first = { signal, atMs: nowMs };
      return 'in order';
    }
    const isSameKey = signal === 'SIGINT' && first.signal === 'SIGINT' && nowMs - first.atMs < SAME_KEY_MS;
    return isSameKey ? undefined : 'at once';
  };
}
