import { execFile } from 'node:child_process';
import { setPriority } from 'node:os';
import { extname, join } from 'node:path';
import { Refusal } from '../model/refusal.ts';

/** What a command came to. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sallyport` with these words, in a folder. */
export type RunCommand = (args: readonly string[], cwd: string) => Promise<Outcome>;

interface Limits {
  readonly commandMs: number;
  readonly memoryMib: number;
  readonly answerBytesMax: number;
}

/** TypeScript beside this file, or JavaScript where this file was compiled. */
const CLI = join(import.meta.dirname, `cli${extname(import.meta.filename)}`);

/** How a command begins that says what is wrong, itself or with how it was called. */
export const SENTENCE = /^(?:sallyport|error): /;

/** Lower than the gateway's own. */
const NICE = 10;

/**
 * Runs commands, each in a process of its own that yields to the gateway and is given nothing of its environment. What does not come to an answer within the limits is nobody's mistake: a machine that has
 * other things to do lets such a process wait.
 *
 * @throws {Refusal} POLICY_UNANSWERED it took more time, memory or room than may be
 */
export function deskCommand({ commandMs, memoryMib, answerBytesMax }: Limits): RunCommand {
  return (args, cwd) =>
    new Promise((resolve, reject) => {
      const options = { cwd, env: {}, timeout: commandMs, killSignal: 'SIGKILL', maxBuffer: answerBytesMax } as const;
      const node = [`--max-old-space-size=${memoryMib}`, CLI, ...args];
      const child = execFile(process.execPath, node, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number' && (code <= 1 || code === 3 || SENTENCE.test(stderr)))
          return resolve({ code, stdout, stderr });
        const detail = `${code ?? error?.signal}: ${stderr.slice(0, 500)}`;
        const why = 'this took more time, memory or room than may be';
        const advice = 'ask again, about a shorter time or fewer rules, or by the command';
        reject(new Refusal('POLICY_UNANSWERED', why, { advice, detail, retryAfterSeconds: 5 }));
      });
      if (child.pid !== undefined) lower(child.pid);
    });
}

function lower(pid: number): void {
  try {
    setPriority(pid, NICE);
  } catch {
    // It has ended, or the system does not let us: it runs as it is.
  }
}
