import { type StdioOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileTrouble } from '../../std/file-trouble.ts';
import { CliError } from '../cli-error.ts';

/** Signals that are passed on; what a terminal sends to both, the program alone decides on. */
const PASSED_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];
const BOTH: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * Runs a program with this one's terminal, or what `stdio` says, until it ends; its exit code, 128 and the number of a signal that ended it. Signals are passed on to it, or to
 * `signalled` where that is given; `input` is what it reads, where `stdio` has a pipe for that.
 *
 * @throws {CliError} there is no such program
 */
export function runProgram(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  signalled?: (signal: NodeJS.Signals) => void,
  stdio: StdioOptions = 'inherit',
  input?: Buffer,
): Promise<number> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio, env });
  // A program need not read all that it is given.
  if (input !== undefined) child.stdin?.on('error', () => {}).end(input);
  const pass = signalled ?? ((signal: NodeJS.Signals) => void child.kill(signal));
  const leave = () => {};
  for (const signal of PASSED_ON) process.on(signal, pass);
  for (const signal of BOTH) process.on(signal, leave);
  return new Promise<number>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new CliError(
          error.code === 'ENOENT'
            ? `there is no program \`${program}\``
            : `\`${program}\` cannot be started: ${fileTrouble(error)}`,
        ),
      ),
    );
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  }).finally(() => {
    for (const signal of PASSED_ON) process.off(signal, pass);
    for (const signal of BOTH) process.off(signal, leave);
  });
}
