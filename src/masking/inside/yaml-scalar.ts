import { CST } from 'yaml';
import { type Piece, plainScalar, type ScalarNode } from './document-node.ts';
import { quoted, quotedText } from './quoted-text.ts';

/** What stands in plain style without being taken for anything else. */
const plainWord = /^[A-Za-z0-9][A-Za-z0-9+/=_.-]*$/;

/** A scalar in plain style or between single quotation marks. */
export function flowScalar(token: CST.FlowScalar, base: number): ScalarNode {
  const { source } = token;
  const offset = base + token.offset;
  const isQuoted = token.type === 'single-quoted-scalar';
  const inQuotes = (text: string) => text.replaceAll("'", "''").replaceAll(/[\r\n]+/g, ' ');
  const isOneLine = !/[\r\n]/.test(source);
  if (isQuoted && isOneLine && source.indexOf("'", 1) === source.length - 1)
    return plainScalar(source.slice(1, -1), offset + 1, {
      whole: inQuotes,
      part: inQuotes,
    });
  const asPlain = (text: string) => (plainWord.test(text) ? text : `"${quoted(text)}"`);
  if (!isQuoted && isOneLine)
    return plainScalar(source, offset, {
      whole: asPlain,
      part: inPlain,
      isBare: /^(?:true|false|null|~|)$/i.test(source),
    });
  return rewritten(said(token), offset, offset + source.length);
}

function inPlain(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}

/** A scalar between double quotation marks. */
export function doubleScalar(token: CST.FlowScalar, base: number): ScalarNode {
  const { source } = token;
  const offset = base + token.offset;
  const isClosed = source.length > 1 && source.endsWith('"');
  const says = isClosed && !/[\r\n]/.test(source) ? quotedText(source, 1, source.length - 1) : undefined;
  if (says === undefined) {
    const folded = foldedLines(source.slice(1, isClosed ? -1 : undefined));
    return rewritten(quotedText(folded, 0, folded.length)?.text ?? folded, offset, offset + source.length);
  }
  const pieces = says.pieces.map((piece) => ({ ...piece, raw: piece.raw + offset }));
  return {
    kind: 'scalar',
    text: says.text,
    isBare: false,
    start: offset + 1,
    end: offset + source.length - 1,
    whole: quoted,
    part: quoted,
    pieces,
  };
}

/**
 * The content of a scalar of several lines as one: a line's end is a blank, and nothing where a backslash stands before it; each empty line behind it is a line feed.
 *
 * Source: YAML 1.2, 6.5 and 7.3.1
 */
function foldedLines(content: string): string {
  const [first = '', ...rest] = content.split(/\r?\n/);
  let folded = first;
  let empty = 0;
  for (const [index, line] of rest.entries()) {
    const text = line.replace(/^[ \t]+/, '');
    if (text === '' && index < rest.length - 1) {
      empty++;
      continue;
    }
    const isEscaped = (/\\*$/.exec(folded) as RegExpExecArray)[0].length % 2 === 1;
    const before = isEscaped ? folded.slice(0, -1) : withoutBlanks(folded);
    folded = before + (empty > 0 ? '\n'.repeat(empty) : isEscaped ? '' : ' ') + text;
    empty = 0;
  }
  return folded;
}

/** Without the blanks at its end, but for one that a backslash escapes. */
function withoutBlanks(line: string): string {
  const end = line.length - (/[ \t]*$/.exec(line) as RegExpExecArray)[0].length;
  const isEscaped = (/\\*$/.exec(line.slice(0, end)) as RegExpExecArray)[0].length % 2 === 1;
  return line.slice(0, isEscaped ? end + 1 : end);
}

/** A scalar in block style. A literal one keeps every byte that is not masked; a folded one is written anew. */
export function blockScalar(token: CST.BlockScalar, base: number): ScalarNode {
  const header = token.props.find(({ type }) => type === 'block-scalar-header');
  const contentAt = token.props.reduce(
    (end, prop) => Math.max(end, 'source' in prop ? base + prop.offset + prop.source.length : 0),
    base + token.offset,
  );
  const end = contentAt + token.source.length;
  const start = base + (header?.offset ?? token.offset);
  const resolved = said(token);
  const literal =
    header?.type === 'block-scalar-header' && header.source.startsWith('|')
      ? literalOf(token.source, contentAt)
      : undefined;
  const endsLine = token.source.endsWith('\n') || token.source === '';
  if (literal === undefined) return rewritten(resolved, start, end, endsLine ? '\n' : '');
  const { text, pieces, indent } = literal;
  const lines = (put: string) => put.replaceAll('\n', `\n${indent}`);
  return {
    kind: 'scalar',
    text,
    isBare: false,
    start: contentAt,
    end,
    whole: (put) => indent + lines(put.replace(/\n$/, '')) + (endsLine ? '\n' : ''),
    part: lines,
    pieces,
  };
}

/** The lines of a literal block without what they are indented by, the last line feed included. */
function literalOf(source: string, offset: number): { text: string; pieces: Piece[]; indent: string } | undefined {
  const indent = /^(?:[ \t]*\r?\n)*( +)/.exec(source)?.[1];
  if (indent === undefined) return undefined;
  const pieces: Piece[] = [];
  let text = '';
  let at = 0;
  while (at < source.length) {
    const next = source.indexOf('\n', at);
    const lineEnd = next === -1 ? source.length : next + 1;
    const from = source.startsWith(indent, at) ? at + indent.length : lineEnd - (next === -1 ? 0 : 1);
    const line = source.slice(from, lineEnd);
    if (line.length > 0)
      pieces.push({ said: text.length, saidBytes: line.length, raw: offset + from, rawBytes: line.length });
    text += line;
    at = lineEnd;
  }
  return { text, pieces, indent };
}

/** What the library reads in a scalar; a fault in it is for its own reader to tell. */
function said(token: CST.FlowScalar | CST.BlockScalar): string {
  return CST.resolveAsScalar(token, true, () => {})?.value ?? token.source;
}

/** A scalar that an edit writes anew, between double quotation marks. */
function rewritten(text: string, start: number, end: number, behind = ''): ScalarNode {
  const whole = (put: string) => `"${quoted(put)}"${behind}`;
  return { kind: 'scalar', text, isBare: false, start, end, whole, part: quoted, pieces: undefined };
}
