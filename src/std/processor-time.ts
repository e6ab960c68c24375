import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second for whoever reads it, whatever it counts in itself. Source: proc_pid_stat(5), USER_HZ */
const TICK_MS = 10;

/** Milliseconds of processors' time that all threads of a process have taken; undefined where the system does not say (it is no Linux), or the process is gone. */
export function processorMs(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in brackets, which may hold blanks and brackets; `utime` and `stime` are the 14th and 15th.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * TICK_MS : undefined;
  } catch {
    return undefined;
  }
}
