import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A program that runs, with what it has said so far. */
export interface Child {
  readonly pid: number;
  /** What it said on both of its outputs. */
  said(): string;
  /** What matched, as soon as it has said it. @throws {Error} it ended before */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Starts a program as the head of a process group of its own; it is killed where it outlives the test's process. */
export function startChild(program: string, args: readonly string[], options: ChildOptions = {}): Child {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(program, args, {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? -1;
  const kill = () => hasGroup(pid) && process.kill(-pid, 'SIGKILL');
  process.once('exit', kill);
  let said = '';
  let hasEnded = false;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      tell();
    });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('exit', kill);
      hasEnded = true;
      tell();
      resolve(code ?? signal ?? 'SIGKILL');
    });
  });
  return {
    pid,
    said: () => said,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(said);
          if (match === null && !hasEnded) return;
          listeners.delete(look);
          if (match === null) reject(new Error(`it ended without saying ${pattern}:\n${said}`));
          else resolve(match);
        };
        listeners.add(look);
        look();
      }),
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Whether any process of the group that `startChild` made is still there. */
export function hasGroup(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program to its end. */
export async function runChild(
  program: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<{ readonly code: number | NodeJS.Signals; readonly output: string }> {
  const child = startChild(program, args, options);
  return { code: await child.ended, output: child.said() };
}
