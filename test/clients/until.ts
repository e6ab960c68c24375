import { setTimeout as pause } from 'node:timers/promises';

/** Resolves once it is so, or after that time. */
export async function until(isSo: () => boolean, msMax: number): Promise<void> {
  for (const endMs = Date.now() + msMax; !isSo() && Date.now() < endMs; ) await pause(100);
}
