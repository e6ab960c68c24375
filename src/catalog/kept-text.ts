import type { ExchangeRecorded } from '../recording/event.ts';
import { type PackReader, PieceError } from './read-pieces.ts';

/** Limit: bytes of what one line says is kept that are found by their words. */
export const FOUND_BYTES_MAX = 64 * 1024;

/**
 * What is kept by one event, as words that can be found: of a body its text, of a terminal or a command what it said without what moves and colours. Empty where it is no
 * text, or is not there any more.
 */
export function keptText(packs: PackReader, event: ExchangeRecorded): string {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for (const piece of packs.readRecorded(event)) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= FOUND_BYTES_MAX) break;
    }
  } catch (error) {
    // What was let go, or is not whole: `journal verify` tells of it.
    if (!(error instanceof PieceError)) throw error;
  }
  const text = Buffer.concat(pieces).toString('utf8', 0, FOUND_BYTES_MAX);
  if (event.form !== 'body') return saidIn(text);
  return text.includes('\0') || text.includes('\ufffd\ufffd') ? '' : text;
}

const ESCAPE = '\u001b';
const MOVES = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^${ESCAPE}\u0007]*(?:\u0007|${ESCAPE}\\\\)|[(#%].|.)`,
  'g',
);

/** What the lines of a recording say; one that was cut says nothing. */
function saidIn(lines: string): string {
  const said: string[] = [];
  for (const line of lines.split('\n')) {
    try {
      const [, , data] = JSON.parse(line) as readonly [unknown, unknown, unknown];
      if (typeof data === 'string') said.push(data);
      // Of a file of an archive its name.
      else if (typeof (data as { path?: unknown } | null)?.path === 'string')
        said.push(` ${(data as { path: string }).path}\n`);
    } catch {
      // A head, a comment, or the part of a line.
    }
  }
  return said.join('').replace(MOVES, '');
}
