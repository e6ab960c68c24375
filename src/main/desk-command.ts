import { execFile } from 'node:child_process';
import { setPriority } from 'node:os';
import { extname, join } from 'node:path';
import { Refusal } from '../model/refusal.ts';
import { processorMs } from '../std/processor-time.ts';

/** What a command came to. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sallyport` with these words, in a folder. */
export type RunCommand = (args: readonly string[], cwd: string) => Promise<Outcome>;

interface Limits {
  readonly processorMs: number;
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

/** How often it is looked how much of a processor's time a command has taken, in milliseconds. */
const LOOK_MS = 250;

/**
 * Runs commands, each in a process of its own that yields to the gateway and is given nothing of its environment. What does not come to an answer within the limits is nobody's mistake.
 *
 * What counts is the time of a processor that it has taken itself: a machine that has other things to do lets a process that yields wait, and what it has to do is no reason to give it up. `commandMs` bounds
 * the wait too.
 *
 * @throws {Refusal} POLICY_UNANSWERED it took more time, memory or room than may be
 */
export function deskCommand(
  { processorMs: taken, commandMs, memoryMib, answerBytesMax }: Limits,
  program: string = CLI,
): RunCommand {
  return (args, cwd) =>
    new Promise((resolve, reject) => {
      const options = { cwd, env: {}, timeout: commandMs, killSignal: 'SIGKILL', maxBuffer: answerBytesMax } as const;
      const node = [`--max-old-space-size=${memoryMib}`, program, ...args];
      const child = execFile(process.execPath, node, options, (error, stdout, stderr) => {
        clearInterval(looks);
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number' && (code <= 1 || code === 3 || SENTENCE.test(stderr)))
          return resolve({ code, stdout, stderr });
        const detail = `${code ?? error?.signal}: ${stderr.slice(0, 500)}`;
        const why = 'this took more time, memory or room than may be';
        const advice = 'ask again, about a shorter time or fewer rules, or by the command';
        reject(new Refusal('POLICY_UNANSWERED', why, { advice, detail, retryAfterSeconds: 5 }));
      });
      if (child.pid !== undefined) lower(child.pid);
      const begunMs = performance.now();
      const looks = setInterval(() => {
        // Where the system does not say what it took, it may have taken all the time that has passed.
        const tookMs = processorMs(child.pid ?? 0) ?? performance.now() - begunMs;
        if (tookMs > taken) child.kill('SIGKILL');
      }, LOOK_MS);
    });
}

function lower(pid: number): void {
  try {
    setPriority(pid, NICE);
  } catch {
    // It has ended, or the system does not let us: it runs as it is.
  }
}
