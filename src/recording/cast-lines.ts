/*
 * What passed in an exec or attach, as lines of text: of a terminal asciicast v3, which any player of it plays; else the same with the names of the channels.
 *
 * A character that was cut between two chunks waits for its rest. What is no UTF-8 is kept whole all the same: in base64, in a terminal's lines as a comment, which
 * players step over.
 *
 * Source: https://docs.asciinema.org/manual/asciicast/v3/
 */

import type { Told, ToldKind } from './keeping.ts';

/** What is told of before the first line. */
export interface CastHead {
  readonly form: 'terminal' | 'events';
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly command: readonly string[];
}

/** The channels that are kept, by the letters of asciicast. */
export type CastCode = 'o' | 'e' | 'i' | 'r' | 'x';

const NAMES: Readonly<Record<CastCode, string>> = {
  o: 'stdout',
  e: 'stderr',
  i: 'stdin',
  r: 'resize',
  x: 'exit',
};

/** Makes lines, in order. */
export class CastLines {
  readonly #isTerminal: boolean;
  readonly #head: CastHead;
  /** The beginning of a character whose rest has not come. */
  readonly #rests = new Map<CastCode, Buffer>();
  #hasBegun = false;
  #lastMs: number;
  #size: { readonly cols: number; readonly rows: number } | undefined;

  constructor(head: CastHead) {
    this.#head = head;
    this.#isTerminal = head.form === 'terminal';
    this.#lastMs = head.at;
  }

  /** Bytes that passed at this instant. */
  bytes(code: 'o' | 'e' | 'i', at: number, chunk: Buffer): string {
    const rest = this.#rests.get(code);
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - unfinished(bytes);
    if (whole === bytes.length) this.#rests.delete(code);
    else this.#rests.set(code, Buffer.from(bytes.subarray(whole)));
    return whole === 0 ? '' : this.#said(code, at, bytes.subarray(0, whole));
  }

  /** The terminal has another size from now on; the first is that of the head. */
  resize(at: number, cols: number, rows: number): string {
    if (!this.#hasBegun) {
      this.#size = { cols, rows };
      return '';
    }
    return this.#line('r', at, `${cols}x${rows}`);
  }

  /** Something is over that has no bytes here; in a terminal's lines it is a comment, which players step over. */
  told(what: ToldKind, at: number, about: Told): string {
    if (!this.#isTerminal) return this.#named(what, at, about);
    return this.#hasBegun ? `# ${JSON.stringify({ [what]: about })}\n` : '';
  }

  /** The last line: the program's exit code, or nothing where nobody knows it. */
  end(at: number, exitCode: number | undefined): string {
    const left = [...this.#rests].map(([code, rest]) => this.#said(code, at, rest));
    return `${left.join('')}${this.#line('x', at, exitCode === undefined ? '' : String(exitCode))}`;
  }

  #said(code: CastCode, at: number, bytes: Buffer): string {
    const text = bytes.toString();
    if (Buffer.from(text).equals(bytes)) return this.#line(code, at, text);
    const base64 = bytes.toString('base64');
    if (!this.#isTerminal) return this.#line(code, at, { base64 });
    return `${this.#line(code, at, text)}# ${JSON.stringify({ base64, of: NAMES[code] })}\n`;
  }

  #line(code: CastCode, at: number, data: unknown): string {
    return this.#named(this.#isTerminal ? code : NAMES[code], at, data);
  }

  #named(name: string, at: number, data: unknown): string {
    const passedMs = Math.max(0, at - this.#lastMs);
    this.#lastMs = Math.max(this.#lastMs, at);
    const line = `${JSON.stringify([passedMs / 1000, name, data])}\n`;
    if (this.#hasBegun) return line;
    this.#hasBegun = true;
    return `${this.#headLine()}${line}`;
  }

  #headLine(): string {
    const { at, command } = this.#head;
    const { cols, rows } = this.#size ?? { cols: 80, rows: 24 };
    const shared = { timestamp: Math.floor(at / 1000), command: command.join(' ') };
    return `${JSON.stringify(
      this.#isTerminal
        ? { version: 3, term: { cols, rows, type: 'xterm-256color' }, ...shared }
        : { version: 'sallyport-events/1', ...shared },
    )}\n`;
  }
}

/** How many bytes at the end begin a character of which more must come. Source: RFC 3629, 3 */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? back : 0;
  }
  return 0;
}
