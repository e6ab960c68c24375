/*
 * Kills that the store has not taken yet, in a file of the gateway's own: what an operator stops stays stopped here, over restarts, whatever becomes of the
 * store. The file is on the disk before the operator is told, and a kill leaves it when the store has it. One that is lifted before that waits there as lifted, so
 * that the store has it in the end.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Kill } from './row-body.ts';

const kill = z.strictObject({
  id: z.string(),
  what: z.enum(['caller', 'session', 'target', 'all']),
  value: z.string(),
  reason: z.string(),
  by: z.string(),
  at: z.int(),
  liftedBy: z.string().exactOptional(),
  liftedAt: z.int().exactOptional(),
});

const document = z.strictObject({ format: z.literal('sallyport-kills/1'), kills: z.array(kill) });

/** The kills of a file. */
export class HeldKills {
  readonly #file: string;
  #kills: readonly Kill[];
  /** Called when the file has changed by this process. */
  onChange: (() => void) | undefined;

  /** @throws {Error} the file is there and cannot be read: whom it stops is not known */
  constructor(file: string) {
    this.#file = file;
    this.#kills = read(file);
  }

  /** Reads the file again, where another process writes it. @throws {Error} as at first */
  readAgain(): void {
    this.#kills = read(this.#file);
  }

  list(): readonly Kill[] {
    return this.#kills;
  }

  has(id: string): boolean {
    return this.#kills.some((held) => held.id === id);
  }

  /** Resolves when it is on the disk. @throws {Error} it cannot be written */
  add(held: Kill): void {
    this.#write([...this.#kills, held]);
  }

  /** Keeps a kill as it is now in place of what it was. @throws {Error} it cannot be written */
  replace(over: Kill): void {
    this.#write(this.#kills.map((held) => (held.id === over.id ? over : held)));
  }

  remove(id: string): void {
    if (this.has(id)) this.#write(this.#kills.filter((held) => held.id !== id));
  }

  #write(kills: readonly Kill[]): void {
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const draft = `${this.#file}.new`;
    writeFileSync(draft, `${JSON.stringify({ format: 'sallyport-kills/1', kills })}\n`, { mode: 0o600 });
    sync(draft);
    renameSync(draft, this.#file);
    sync(dirname(this.#file));
    this.#kills = kills;
    this.onChange?.();
  }
}

function read(file: string): readonly Kill[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return document.parse(JSON.parse(text)).kills;
  } catch {
    throw new Error(
      `\`${file}\` is not as it was written: it holds whom an operator stopped while the store was down; mend it, or remove it and stop them again`,
    );
  }
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
