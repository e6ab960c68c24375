/*
 * What was kept of a stream as asciicast v3, for players of others. What a terminal showed is made harmless first, since a player hands it to its reader's own terminal
 * (T54); what had no terminal is told as if it had one.
 *
 * Source: https://docs.asciinema.org/manual/asciicast/v3/
 */
import { SafeTerminal } from './safe-terminal.ts';

type Line = readonly [seconds: number, code: string, data: unknown];

/** The lines of a cast; those of a recording that has not ended have an end all the same, without which players do not begin. */
export async function* castOf(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const terminal = new SafeTerminal();
  let isTerminal = false;
  let hasEnded = false;
  for await (const text of lines) {
    if (text === '' || text.startsWith('#')) continue;
    const value = JSON.parse(text) as Line | { readonly version: unknown };
    if (!Array.isArray(value)) {
      const head = value as { readonly version: unknown; readonly command?: string; readonly timestamp?: number };
      isTerminal = head.version === 3;
      yield JSON.stringify(isTerminal ? head : { version: 3, term: { cols: 80, rows: 24 }, ...withoutVersion(head) });
      continue;
    }
    const [seconds, code, data] = isTerminal ? (value as Line) : asTerminal(value as Line);
    hasEnded ||= code === 'x';
    const isShown = code === 'o' || code === 'i';
    yield JSON.stringify([seconds, code, isShown ? terminal.take(String(data)) : data]);
  }
  if (!hasEnded) yield JSON.stringify([0, 'x', '']);
}

function withoutVersion({ version: _, ...rest }: { readonly version: unknown }) {
  return rest;
}

/** A terminal breaks lines with both. */
function asTerminal([seconds, name, data]: Line): Line {
  switch (name) {
    case 'stdout':
    case 'stderr':
      return [seconds, 'o', shown(data)];
    case 'stdin':
      return [seconds, 'i', shown(data)];
    case 'exit':
      return [seconds, 'x', data];
    default:
      return [seconds, 'm', `${name} ${JSON.stringify(data)}`];
  }
}

function shown(data: unknown): string {
  if (typeof data === 'string') return data.replaceAll(/\r?\n/g, '\r\n');
  const bytes = Buffer.from((data as { base64?: string } | null)?.base64 ?? '', 'base64').length;
  return `[${bytes} bytes that are no text]\r\n`;
}
