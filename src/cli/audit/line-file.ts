import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** A file of lines as they are, which can be begun again. */
export class LineFile {
  readonly #file: number;
  #bytes = 0;

  /** @throws {Error} there is such a file already, or it cannot be made */
  constructor(path: string) {
    this.#file = openSync(path, 'wx', 0o600);
  }

  add(line: Uint8Array): void {
    const bytes = Buffer.concat([line, Buffer.of(10)]);
    this.#bytes += writeSync(this.#file, bytes, 0, bytes.length, this.#bytes);
  }

  /** Nothing is in it. */
  clear(): void {
    ftruncateSync(this.#file);
    this.#bytes = 0;
  }

  close(): void {
    closeSync(this.#file);
  }
}
