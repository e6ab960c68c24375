/*
 * The entries of a tar archive, told as it passes, whatever pieces it comes in. Nothing is kept but the header that is being read and names that are longer than it.
 *
 * What is no archive, or is cut (`tail -c+N`, by which `kubectl cp` goes on after a break), is told to be none from there on: nothing is guessed.
 *
 * Source: POSIX.1-2024, pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format"
 */

/** What stands before an entry's bytes. */
export interface ArchiveEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly bytes: number;
  /** In octal, as `0644`. */
  readonly mode: string;
}

/** Whoever hears of entries. */
export interface EntryTaker {
  begin(entry: ArchiveEntry): void;
  data(chunk: Buffer): void;
  /** `isWhole`: all its bytes came. */
  end(isWhole: boolean): void;
}

const BLOCK = 512;

/** Limit: bytes of a long name or of an extended header; one that is longer ends what is told. */
const EXTENDED_BYTES_MAX = 64 * 1024;

/** Limit: characters of a name that are told. */
export const PATH_CHARS_MAX = 1_024;

/** Reads one archive. */
export class ArchiveEntries {
  readonly #taker: EntryTaker;
  readonly #header = Buffer.alloc(BLOCK);
  #headerBytes = 0;
  /** Bytes of the entry that are still to come, and of its padding. */
  #dataLeft = 0;
  #padLeft = 0;
  #isTaken = false;
  /** What an extended header says of the entry behind it. */
  #extended: { type: string; chunks: Buffer[] } | undefined;
  #next: { path?: string; bytes?: number } = {};
  #state: 'reading' | 'over' | 'none' = 'reading';

  constructor(taker: EntryTaker) {
    this.#taker = taker;
  }

  /** Whether all so far was an archive. */
  get isArchive(): boolean {
    return this.#state !== 'none';
  }

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && this.#state === 'reading'; ) {
      if (this.#dataLeft > 0) at += this.#data(chunk.subarray(at, at + this.#dataLeft));
      else if (this.#padLeft > 0) {
        const bytes = Math.min(this.#padLeft, chunk.length - at);
        this.#padLeft -= bytes;
        at += bytes;
      } else at += this.#head(chunk.subarray(at, at + BLOCK - this.#headerBytes));
    }
  }

  /** Nothing follows. */
  end(): void {
    if (this.#isTaken) this.#taker.end(false);
    this.#isTaken = false;
    this.#state = this.#state === 'reading' && this.#headerBytes > 0 ? 'none' : this.#state;
  }

  #data(bytes: Buffer): number {
    this.#dataLeft -= bytes.length;
    if (this.#isTaken) this.#taker.data(bytes);
    else this.#extended?.chunks.push(Buffer.from(bytes));
    if (this.#dataLeft === 0) this.#ended();
    return bytes.length;
  }

  #ended(): void {
    if (this.#isTaken) this.#taker.end(true);
    else if (this.#extended !== undefined) this.#extend(this.#extended);
    this.#isTaken = false;
    this.#extended = undefined;
  }

  #head(bytes: Buffer): number {
    bytes.copy(this.#header, this.#headerBytes);
    this.#headerBytes += bytes.length;
    if (this.#headerBytes < BLOCK) return bytes.length;
    this.#headerBytes = 0;
    if (this.#header.every((byte) => byte === 0)) this.#state = 'over';
    else if (!isChecked(this.#header)) this.#state = 'none';
    else this.#begin(this.#header);
    return bytes.length;
  }

  #begin(header: Buffer): void {
    const type = String.fromCharCode(header[156] as number);
    const isExtended = type === 'x' || type === 'L' || type === 'K' || type === 'g';
    const size = isExtended ? numberAt(header, 124, 12) : (this.#next.bytes ?? numberAt(header, 124, 12));
    if (size === undefined || (isExtended && size > EXTENDED_BYTES_MAX)) {
      this.#state = 'none';
      return;
    }
    // Links and directories have no bytes, whatever their headers say.
    const bytes = isExtended || !/[1-6]/.test(type) ? size : 0;
    this.#dataLeft = bytes;
    this.#padLeft = (BLOCK - (bytes % BLOCK)) % BLOCK;
    if (isExtended) {
      this.#extended = { type, chunks: [] };
      if (bytes === 0) this.#ended();
      return;
    }
    const { path = pathOf(header) } = this.#next;
    this.#next = {};
    const mode = (numberAt(header, 100, 8) ?? 0) & 0o7777;
    const kind = kindOf(type, path);
    this.#taker.begin({ path: [...path].slice(0, PATH_CHARS_MAX).join(''), kind, bytes, mode: octal(mode) });
    this.#isTaken = true;
    if (bytes === 0) this.#ended();
  }

  #extend({ type, chunks }: { readonly type: string; readonly chunks: readonly Buffer[] }): void {
    const bytes = Buffer.concat(chunks);
    if (type === 'L') this.#next = { ...this.#next, path: text(bytes) };
    else if (type === 'x') this.#next = { ...this.#next, ...recordsOf(bytes) };
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function kindOf(type: string, path: string): ArchiveEntry['kind'] {
  switch (type) {
    case '0':
    case '7':
    case '\0':
      return path.endsWith('/') ? 'directory' : 'file';
    case '5':
      return 'directory';
    case '1':
    case '2':
      return 'link';
    default:
      return 'other';
  }
}

/** The sum of the header's bytes, its own field taken as blanks; old writers took bytes as signed. */
function isChecked(header: Buffer): boolean {
  const said = numberAt(header, 148, 8);
  let [unsigned, signed] = [0, 0];
  for (const [i, byte] of header.entries()) {
    const counted = i >= 148 && i < 156 ? 32 : byte;
    unsigned += counted;
    signed += counted > 127 ? counted - 256 : counted;
  }
  return said === unsigned || said === signed;
}

/** Octal digits, or what is too large for them in base 256; undefined where it is neither, or more than a file can have. */
function numberAt(header: Buffer, at: number, length: number): number | undefined {
  const field = header.subarray(at, at + length);
  if (((field[0] as number) & 0x80) !== 0) {
    let value = BigInt((field[0] as number) & 0x7f);
    for (const byte of field.subarray(1)) value = value * 256n + BigInt(byte);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
  }
  const digits = /^[ \0]*([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits || '0', 8);
}

function pathOf(header: Buffer): string {
  const name = text(header.subarray(0, 100));
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? text(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Up to its first NUL. */
function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}

/** `LENGTH KEY=VALUE\n`, of which name and size are wanted. */
function recordsOf(bytes: Buffer): { path?: string; bytes?: number } {
  const found: { path?: string; bytes?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(32, at);
    const length = blank === -1 ? Number.NaN : Number(bytes.toString('latin1', at, blank));
    if (!Number.isSafeInteger(length) || length <= blank - at + 1 || at + length > bytes.length) return found;
    const record = bytes.toString('utf8', blank + 1, at + length - 1);
    const equals = record.indexOf('=');
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (key === 'path') found.path = value;
    if (key === 'size' && /^\d{1,15}$/.test(value)) found.bytes = Number(value);
    at += length;
  }
  return found;
}
