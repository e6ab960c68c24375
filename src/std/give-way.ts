import { getPriority, setPriority } from 'node:os';

/** How nice: such a thread has a third of what one that serves has, where both want a processor, and all of it where nobody else does. */
const NICE = 5;

/**
 * The thread that calls this gives way to those of its process that somebody waits for. Only on Linux, which counts priority by thread; elsewhere it would be the whole
 * process's, so nothing is done.
 *
 * Source: sched(7), "The nice value"
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, Math.max(getPriority(0), NICE));
  } catch {
    // It runs as the others do.
  }
}
