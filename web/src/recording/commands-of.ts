/*
 * What was typed at a prompt, as the output of a terminal shows it: what callers type is not recorded, and what the terminal said back is. A prompt is known by how it
 * waits: output stops on a line that ends as prompts do. Guessed from less, a comment in a file would be a command. Pure.
 */
import { type Cast, sizeOf } from './cast.ts';

/** A line that was typed at a prompt, and when it was whole. */
export interface TypedLine {
  readonly atMs: number;
  readonly text: string;
}

/** Limits: lines that are told, and characters of one that are. */
const TYPED_MAX = 1_000;
const LINE_MAX = 2_000;

/** How prompts end: `$ `, `# `, `% `, `> `, as in `orders=> `, `>>> ` and `~ ❯ `. */
const PROMPT = /[$#%>❯] ?$/;

/** What moves the cursor within a line, or changes it; all other sequences say nothing about its text. Source: ECMA-48, 8.3; xterm's control sequences */
const PIECES =
  /\u001b\[([0-9;?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-~]|[^\u001b]/gu;

/** The lines that were typed at prompts, in order. */
export function commandsOf({ events, columns }: Pick<Cast, 'events' | 'columns'>): readonly TypedLine[] {
  const typed: TypedLine[] = [];
  const line = new Line(columns);
  let prompt = '';
  for (const { channel, data, atMs } of events) {
    if (channel === 'r') line.columns = sizeOf(data)?.columns ?? line.columns;
    if (channel !== 'o') continue;
    if (typed.length === TYPED_MAX) return typed;
    for (const [piece, parameters, final] of data.matchAll(PIECES)) {
      if (piece !== '\n') {
        line.take(piece, parameters, final);
        continue;
      }
      const text = line.text.trimEnd();
      const command = prompt !== '' && text.startsWith(prompt) ? text.slice(prompt.length).trim() : '';
      if (command !== '') typed.push({ atMs, text: command });
      line.clear();
      prompt = '';
    }
    // Nothing was typed yet where a prompt first waits; what is typed goes on behind it.
    if (prompt === '' && PROMPT.test(line.text)) prompt = line.text.trimEnd();
  }
  return typed;
}

/** One line as a terminal has it, edited as shells do; a long one goes on in the next row of the screen. */
class Line {
  columns: number;
  #cells: string[] = [];
  #at = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  get text(): string {
    return this.#cells.join('');
  }

  clear(): void {
    this.#cells = [];
    this.#at = 0;
  }

  take(piece: string, parameters: string | undefined, final: string | undefined): void {
    if (final !== undefined) this.#edit(final, parameters ?? '');
    else if (piece === '\b') this.#at = Math.max(0, this.#at - 1);
    else if (piece === '\r') this.#at -= this.#at % this.columns;
    else if (piece >= ' ' && piece !== '\u007f' && this.#at < LINE_MAX) this.#cells[this.#at++] = piece;
  }

  #edit(final: string, parameters: string): void {
    const count = Math.min(LINE_MAX, Math.max(1, Number.parseInt(parameters, 10) || 1));
    if (final === 'A') this.#at = Math.max(0, this.#at - count * this.columns);
    else if (final === 'B') this.#at = Math.min(this.#cells.length, this.#at + count * this.columns);
    else if (final === 'D') this.#at = Math.max(0, this.#at - count);
    else if (final === 'C') this.#at = Math.min(this.#cells.length, this.#at + count);
    else if (final === 'P') this.#cells.splice(this.#at, count);
    else if (final === '@') {
      this.#cells.splice(this.#at, 0, ...Array.from({ length: count }, () => ' '));
      this.#cells.length = Math.min(this.#cells.length, LINE_MAX);
    } else if (final === 'K' && ['', '0'].includes(parameters))
      this.#cells.length = Math.min(this.#cells.length, this.#at);
  }
}
