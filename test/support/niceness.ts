import { readFileSync, readlinkSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { giveWay } from '../../src/std/give-way.ts';

/** What the system says of the calling thread. Source: proc_pid_stat(5), field 19 */
export function niceness(): number {
  const stat = readFileSync(`/proc/${readlinkSync('/proc/thread-self')}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
}

/* As a thread of its own: it gives way, and says how nice it is then. */
if (parentPort !== null) {
  giveWay();
  parentPort.postMessage(niceness());
}
