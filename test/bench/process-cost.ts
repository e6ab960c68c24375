/*
 * What a process has cost so far, told by the system and not by the process itself, so that a proxy that is not ours is measured alike.
 *
 * On Linux processor time is read in nanoseconds and by thread (/proc/PID/task/TID/schedstat); elsewhere `ps` tells it, in hundredths of a second.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const isLinux = process.platform === 'linux';

/** Processor time of all threads, in microseconds. */
export function cpuMicros(pid: number): number {
  if (!isLinux) return psSeconds(pid) * 1e6;
  return readdirSync(`/proc/${pid}/task`).reduce((sum, tid) => sum + threadMicros(pid, Number(tid)), 0);
}

/** Processor time of the first thread, on which all of a program's JavaScript runs; undefined where only the whole process is told. */
export function mainThreadMicros(pid: number): number | undefined {
  return isLinux ? threadMicros(pid, pid) : undefined;
}

/** Processor time by the names of threads, in microseconds, those of one name together; none where only the whole process is told. */
export function threadsMicros(pid: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const tid of isLinux ? readdirSync(`/proc/${pid}/task`) : []) {
    const name = threadName(pid, Number(tid));
    found.set(name, (found.get(name) ?? 0) + threadMicros(pid, Number(tid)));
  }
  return found;
}

function threadName(pid: number, tid: number): string {
  if (tid === pid) return 'main';
  try {
    return readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8').trim();
  } catch {
    return ''; // the thread has just ended
  }
}

/** Resident memory in kilobytes (1,000 bytes). */
export function residentKilobytes(pid: number): number {
  if (!isLinux) return Number(ps(pid, 'rss')) * 1.024;
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1.024;
}

/** The most resident memory since `resetPeak`, in kilobytes; undefined where the system does not tell it. */
export function peakKilobytes(pid: number): number | undefined {
  if (!isLinux) return undefined;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1.024;
}

export function resetPeak(pid: number): void {
  if (isLinux) writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function threadMicros(pid: number, tid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  } catch {
    return 0; // the thread has just ended
  }
}

function psSeconds(pid: number): number {
  return ps(pid, 'time')
    .split(':')
    .reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

function ps(pid: number, column: string): string {
  return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
}
