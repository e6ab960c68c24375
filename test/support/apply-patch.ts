import assert from 'node:assert/strict';

/** The text with a unified patch of one file applied, which must fit: what `patch` does. */
export function applyPatch(text: string, patch: string): string {
  const lines = text.split('\n');
  const out: string[] = [];
  let at = 0;
  for (const line of patch.split('\n').slice(2, -1)) {
    const start = /^@@ -(\d+),(\d+) /.exec(line);
    if (start !== null) {
      const to = Number(start[1]) - (start[2] === '0' ? 0 : 1);
      out.push(...lines.slice(at, to));
      at = to;
    } else if (line.startsWith('+')) out.push(line.slice(1));
    else if (!line.startsWith('\\')) {
      assert.equal(lines[at], line.slice(1));
      if (line.startsWith(' ')) out.push(line.slice(1));
      at++;
    }
  }
  return [...out, ...lines.slice(at)].join('\n');
}
