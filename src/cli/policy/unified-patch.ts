/** Limit: lines that stand around a change. */
const CONTEXT_LINES = 3;

/** Limit: of a larger change, all lines go and all come. */
const TABLE_CELLS_MAX = 4_000_000;

/** A change of one file as a unified patch, as `git apply` and `patch -p1` take it; empty where nothing changed. Lines that both have at the ends and in between stay. */
export function unifiedPatch(path: string, before: string, after: string): string {
  const [a, b] = [linesOf(before), linesOf(after)];
  const steps = stepsOf(a, b);
  const hunks = hunksOf(steps);
  if (hunks.length === 0) return '';
  const name = path.replaceAll('\\', '/');
  return [`--- a/${name}`, `+++ b/${name}`, ...hunks, ''].join('\n');
}

interface Step {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** The last line may have no end. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === ''
    ? lines.slice(0, -1)
    : [...lines.slice(0, -1), `${lines.at(-1)}\n\\ No newline at end of file`];
}

/**
 * Keeps, takes away and puts, by the longest common run of lines.
 *
 * Source: E. Myers, An O(ND) Difference Algorithm and Its Variations, 1986, section 4; here by the plain table, since what lies between the ends that are alike is short.
 */
function stepsOf(a: readonly string[], b: readonly string[]): readonly Step[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const keep = (lines: readonly string[]) => lines.map((line): Step => ({ sign: ' ', line }));
  const middle = between(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return [...keep(a.slice(0, head)), ...middle, ...keep(a.slice(a.length - tail))];
}

function between(a: readonly string[], b: readonly string[]): readonly Step[] {
  if (a.length * b.length > TABLE_CELLS_MAX) {
    const all = (sign: '-' | '+', lines: readonly string[]) => lines.map((line): Step => ({ sign, line }));
    return [...all('-', a), ...all('+', b)];
  }
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) [steps.push({ sign: ' ', line: a[i++] as string }), j++];
    else if (i < a.length && (j === b.length || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0)))
      steps.push({ sign: '-', line: a[i++] as string });
    else steps.push({ sign: '+', line: b[j++] as string });
  }
  return steps;
}

function hunksOf(steps: readonly Step[]): readonly string[] {
  const near = steps.map((_, at) =>
    steps.slice(Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1).some(({ sign }) => sign !== ' '),
  );
  const out: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let at = 0; at < steps.length; ) {
    if (near[at] !== true) {
      [oldLine, newLine, at] = [oldLine + 1, newLine + 1, at + 1];
      continue;
    }
    let end = at;
    while (near[end] === true) end++;
    const own = steps.slice(at, end);
    const count = (sign: '-' | '+') => own.filter((step) => step.sign === ' ' || step.sign === sign).length;
    const place = (line: number, length: number) => `${length === 0 ? line - 1 : line},${length}`;
    out.push(`@@ -${place(oldLine, count('-'))} +${place(newLine, count('+'))} @@`);
    // One at a time: a call takes no more arguments than the stack holds, and a hunk may have any number of lines.
    for (const { sign, line } of own) out.push(`${sign}${line}`);
    [oldLine, newLine, at] = [oldLine + count('-'), newLine + count('+'), end];
  }
  return out;
}
