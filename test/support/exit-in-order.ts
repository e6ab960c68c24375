import { constants } from 'node:os';

let isInOrder = false;

/**
 * SIGINT and SIGTERM end this process through its exit hooks, with the exit code that a shell would tell of them (130, 143): a process that a signal ends
 * outright leaves behind what it started. A second time nothing.
 */
export function exitInOrder(): void {
  if (isInOrder) return;
  isInOrder = true;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}
