import { isScalar } from 'yaml';
import { type Finding, findingAt, type Located } from './finding.ts';

/**
 * A finding inside a text of a document, `offset` characters from its beginning: exact in plain and literal (`|`) texts, at the beginning of the text in
 * folded and escaped ones, where a character of the value has no one place in the file.
 */
export function scalarFinding(
  located: Located & { readonly text: string },
  path: readonly PropertyKey[],
  offset: number,
  message: string,
): Finding {
  const whole = findingAt(located, path, message);
  const start = valueOffset(located, path, offset);
  if (start === undefined) return whole;
  const { line, col } = located.lines.linePos(start);
  return { ...whole, line, column: col };
}

function valueOffset(
  { document, text }: Located & { readonly text: string },
  path: readonly PropertyKey[],
  offset: number,
): number | undefined {
  const node = document.getIn(path, true);
  if (!isScalar(node) || typeof node.value !== 'string' || node.range == null) return undefined;
  const [start, end] = node.range;
  const raw = text.slice(start, end);
  if (node.type === 'BLOCK_LITERAL') return literalOffset(raw, node.value, start, offset);
  const quote = node.type === 'PLAIN' ? 0 : 1;
  return raw.slice(quote, quote + node.value.length) === node.value ? start + quote + offset : undefined;
}

/** Each line of a literal text stands in the file behind one and the same indent. */
function literalOffset(raw: string, value: string, start: number, offset: number): number | undefined {
  const header = raw.indexOf('\n') + 1;
  const firstLine = value.split('\n')[0] as string;
  const indent = raw.slice(header).indexOf(firstLine);
  if (indent < 0) return undefined;
  const before = value.slice(0, offset);
  const lines = before.split('\n').length;
  return start + header + before.length + lines * indent;
}
