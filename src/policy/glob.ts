/**
 * A test for names with `*` for any run of characters, all else literal. It takes time linear in the name for each `*`, whatever the pattern,
 * because the leftmost place of each piece is always the best.
 */
export function glob(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return (text) => text === pattern;
  if (pattern === '*') return () => true;
  const pieces = pattern.split('*');
  const first = pieces[0] as string;
  const last = pieces[pieces.length - 1] as string;
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    for (const piece of middle) {
      const at = text.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return from <= text.length - last.length;
  };
}

/** A test for any of the patterns. */
export function anyGlob(patterns: readonly string[]): (text: string) => boolean {
  if (patterns.length === 1) return glob(patterns[0] as string);
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const tests = patterns.filter((pattern) => pattern.includes('*')).map(glob);
  return (text) => exact.has(text) || tests.some((test) => test(text));
}
