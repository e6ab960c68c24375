/**
 * Source text with everything that is not code blanked out, offset for offset and line for line.
 *
 * A parser would know more, but TypeScript 7 has no stable one to call and the rules need little: which words are code, what is
 * imported, where a block begins and ends. Strings keep their quotes, so that a specifier can be read back from the original.
 */

/** Code with comments, and the insides of strings, templates and regular expressions, as spaces; `${…}` stays code. */
export function codeOf(text: string): string {
  const out = text.split('');
  const templateDepths: number[] = [];
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    const resumesTemplate = char === '}' && templateDepths.at(-1) === depth;
    if (resumesTemplate) templateDepths.pop();
    const span = resumesTemplate ? templateChunk(text, at) : spanAt(text, out, at);
    for (let i = span.from; i < span.to; i += 1) if (out[i] !== '\n') out[i] = ' ';
    if (span.isTemplate && text[span.end - 1] === '{') templateDepths.push(depth);
    else if (!span.isTemplate && char === '{') depth += 1;
    else if (!span.isTemplate && char === '}') depth -= 1;
    at = span.end;
  }
  return out.join('');
}

/** What begins at an offset: which part of it is not code, and where the scan goes on. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly end: number;
  readonly isTemplate?: boolean;
}

function spanAt(text: string, out: readonly string[], at: number): Span {
  const char = text[at] ?? '';
  if (text.startsWith('//', at) || (at === 0 && text.startsWith('#!'))) {
    const end = endOf(text, '\n', at);
    return { from: at, to: end, end };
  }
  if (text.startsWith('/*', at)) {
    const end = endOf(text, '*/', at + 2) + 2;
    return { from: at, to: end, end };
  }
  if (char === '`') return templateChunk(text, at);
  if (char === "'" || char === '"') return inside(at, closing(text, at, char));
  if (char === '/' && startsRegExp(out, at)) return inside(at, closingRegExp(text, at));
  return { from: at, to: at, end: at + 1 };
}

function inside(at: number, end: number): Span {
  return { from: at + 1, to: end - 1, end };
}

/** From a backtick, or from the brace that ends a `${…}`, to the next backtick or `${`. */
function templateChunk(text: string, at: number): Span {
  let i = at + 1;
  while (i < text.length && text[i] !== '`' && !text.startsWith('${', i)) i += text[i] === '\\' ? 2 : 1;
  return { from: at + 1, to: i, end: i + (text[i] === '`' ? 1 : 2), isTemplate: true };
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found;
}

function closing(text: string, at: number, quote: string): number {
  let i = at + 1;
  while (i < text.length && text[i] !== quote && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function closingRegExp(text: string, at: number): number {
  let inClass = false;
  let i = at + 1;
  while (i < text.length && text[i] !== '\n' && (inClass || text[i] !== '/')) {
    if (text[i] === '[') inClass = true;
    if (text[i] === ']') inClass = false;
    i += text[i] === '\\' ? 2 : 1;
  }
  return i + 1;
}

/** A slash divides after a value and begins a regular expression everywhere else. */
function startsRegExp(out: readonly string[], at: number): boolean {
  const before = out
    .slice(Math.max(0, at - 40), at)
    .join('')
    .trimEnd();
  return /(^|[^\w)\]}$'"`]|\b(return|typeof|case|of|in|await|yield))$/.test(before);
}

/** A module that a text imports or re-exports; `undefined` where `import(…)` is given something that is computed. */
export type Specifier = string | undefined;

/** What `text` imports: static, for side effects, for types, re-exported and dynamic. */
export function specifiersOf(text: string): readonly Specifier[] {
  const code = codeOf(text);
  const found: Specifier[] = [];
  for (const match of code.matchAll(/\b(?:from|import)\s*(['"])|\bimport\s*\(\s*(['"]?)/g)) {
    const isLiteral = (match[1] ?? match[2] ?? '') !== '';
    const start = match.index + match[0].length;
    const end = code.indexOf(match[1] ?? match[2] ?? '', start);
    found.push(isLiteral ? text.slice(start, end) : undefined);
  }
  return found;
}

/** How many lines the longest function body of `text` has, and on which line it begins. */
export function longestFunction(text: string): { readonly lines: number; readonly line: number } {
  const code = codeOf(text);
  const open: { at: number; isFunction: boolean }[] = [];
  let longest = { lines: 0, line: 0 };
  for (const match of code.matchAll(/[{}]/g)) {
    if (match[0] === '{') {
      open.push({ at: match.index, isFunction: opensFunction(code, match.index) });
      continue;
    }
    const block = open.pop();
    if (block?.isFunction !== true) continue;
    const lines = code.slice(block.at, match.index).split('\n').length;
    if (lines > longest.lines) longest = { lines, line: code.slice(0, block.at).split('\n').length };
  }
  return longest;
}

function opensFunction(code: string, at: number): boolean {
  const before = code.slice(Math.max(0, at - 2000), at).trimEnd();
  if (before.endsWith('=>')) return true;
  const head = before.replace(/\)\s*:\s*[^(){};=]*$/, ')');
  if (!head.endsWith(')')) return false;
  let depth = 0;
  let i = head.length - 1;
  for (; i >= 0; i -= 1) {
    if (head[i] === ')') depth += 1;
    if (head[i] === '(' && --depth === 0) break;
  }
  return !/\b(if|for|while|switch|catch|with|await)\s*$/.test(head.slice(0, Math.max(0, i)));
}
