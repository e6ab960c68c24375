import { once } from 'node:events';

/** Writes to standard output no faster than it is read: a program behind a pipe may take its time. */
export async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
