import { closeSync, openSync, writeSync } from 'node:fs';

/** Limit: characters that are gathered before they are written. */
const GATHERED_CHARS_MAX = 64 * 1024;

/** A sheet of comma-separated values, as RFC 4180 has them. */
export class CsvFile {
  readonly #file: number;
  #gathered: string;
  rows = 0;

  /** @throws {Error} there is such a file already, or it cannot be made */
  constructor(path: string, columns: readonly string[]) {
    this.#file = openSync(path, 'wx', 0o600);
    this.#gathered = lineOf(columns);
  }

  add(cells: readonly string[]): void {
    this.rows += 1;
    this.#gathered += lineOf(cells);
    if (this.#gathered.length > GATHERED_CHARS_MAX) this.#write();
  }

  close(): void {
    this.#write();
    closeSync(this.#file);
  }

  #write(): void {
    writeSync(this.#file, this.#gathered);
    this.#gathered = '';
  }
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/**
 * Security: names and reasons are callers' own, and a spreadsheet takes a cell that begins with one of these signs for a formula; an apostrophe before it makes it text.
 *
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
