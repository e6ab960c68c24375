/**
 * A file's text after a unified patch, of those that `unifiedPatch` makes; the text as it is where the patch does not speak of the file.
 *
 * Only what we made a moment ago of this very text is taken: nothing is searched for, and a hunk that does not fit is a fault.
 */
export function appliedPatch(file: string, text: string, patch: string): string {
  const name = file.replaceAll('\\', '/');
  const own = patch.split(/^(?=--- a\/)/m).find((part) => part.startsWith(`--- a/${name}\n`));
  if (own === undefined) return text;
  const before = text.split('\n');
  const out: string[] = [];
  let at = 0;
  for (const line of own.split('\n').slice(2)) {
    const [, start, count] = /^@@ -(\d+)(?:,(\d+))? /.exec(line) ?? [];
    if (start !== undefined) {
      const from = Number(start) - (count === '0' ? 0 : 1);
      out.push(...before.slice(at, from));
      at = from;
    } else if (line.startsWith('+')) out.push(line.slice(1));
    else if (line.startsWith(' ') || line.startsWith('-')) {
      if (before[at] !== line.slice(1)) throw new Error(`a hunk does not fit line ${at + 1} of ${file}`);
      if (line.startsWith(' ')) out.push(line.slice(1));
      at += 1;
    }
  }
  return [...out, ...before.slice(at)].join('\n');
}
