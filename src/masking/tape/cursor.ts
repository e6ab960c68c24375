import { nestingMax, type Tape } from './tape.ts';

/** What is walked is not JSON, or nested too deep: it cannot be masked. */
export class Unwalkable extends Error {}

/** Thrown by a walk that needs more bytes. */
export const incomplete: unique symbol = Symbol('incomplete');

/** Goes along bytes of JSON and their tape, without a word of what they mean. */
export class Cursor {
  protected readonly bytes: Buffer;
  protected readonly tape: Tape;
  protected place = 0;
  /** The next token of the tape. */
  protected token = 0;
  protected readonly isLast: boolean;

  /** `isLast`: nothing follows behind these bytes. */
  constructor(bytes: Buffer, tape: Tape, isLast: boolean) {
    this.bytes = bytes;
    this.tape = tape;
    this.isLast = isLast;
  }

  get at(): number {
    return this.place;
  }

  /** Whether nothing but blanks is left of the bytes. */
  isAtEnd(): boolean {
    while (this.place < this.bytes.length && (this.bytes[this.place] as number) <= 0x20) this.place++;
    return this.place >= this.bytes.length;
  }

  /** What a look ahead says; the walk stays where it is. */
  peek<T>(look: () => T): T {
    const [at, token] = [this.place, this.token];
    const said = look();
    [this.place, this.token] = [at, token];
    return said;
  }

  /** The string that begins here, where it has no escapes. */
  text(): string {
    if (this.blank() !== 0x22) return '';
    const start = this.place + 1;
    const hasEscapes = this.string();
    return hasEscapes ? '' : this.bytes.toString('latin1', start, this.place - 1);
  }

  /** Passes blanks; the byte behind them. */
  blank(): number {
    for (;;) {
      if (this.place >= this.bytes.length) throw this.outOfBytes();
      const byte = this.bytes[this.place] as number;
      if (byte > 0x20) return byte;
      this.place++;
    }
  }

  take(byte: number): void {
    if (this.blank() !== byte) throw new Unwalkable('it is not JSON');
    this.place++;
    if (isBracket(byte)) this.token++;
  }

  protected outOfBytes(): unknown {
    if (this.tape.isBroken) return new Unwalkable(`it is not JSON, or nested deeper than ${nestingMax}`);
    return this.isLast ? new Unwalkable('it ends early') : incomplete;
  }

  /** From a string's first quotation mark to behind its last; whether there are escapes in it. */
  protected string(): boolean {
    const { places, links, count } = this.tape;
    const token = this.token;
    if (token >= count) throw this.outOfBytes();
    if (places[token] !== this.place) throw new Unwalkable('it is not JSON');
    this.token = token + 2;
    this.place = (places[token + 1] as number) + 1;
    return links[token + 1] === 1;
  }

  /** Where the object or list ends that begins here: the token that closes it. */
  protected closing(): number {
    const close = this.tape.links[this.token] as number;
    if (close === 0 || this.token >= this.tape.count) throw this.outOfBytes();
    return close;
  }

  /** Whether the string that begins here says so. */
  protected says(text: string): boolean {
    const { places } = this.tape;
    const [start, end] = [this.place + 1, places[this.token + 1] as number];
    return end - start === text.length && this.bytes.toString('latin1', start, end) === text;
  }
}

/** Whether it opens or closes an object or a list: `{`, `}`, `[`, `]`. */
export function isBracket(byte: number): boolean {
  const either = byte & 0xdf;
  return either === 0x5b || either === 0x5d;
}
