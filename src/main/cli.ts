/* The `sallyport` program, and the one place beside the gateway's own start that reads the environment. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CliError } from '../cli/cli-error.ts';
import { whyNotOn } from './node-version.ts';
import { createProgram } from './program.ts';

const own = { command: process.execPath, args: [realpathSync(fileURLToPath(import.meta.url))] };

/** What SIGPIPE makes of a program, as a shell tells it; Node ignores that signal. */
const PIPE_CLOSED = 141;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads has seen enough (`| head -1`): nothing is wrong, and nobody is told.
  if (error.code !== 'EPIPE') process.stderr.write(`sallyport: ${sentence(error)}\n`);
  process.exit(error.code === 'EPIPE' ? PIPE_CLOSED : 2);
});

/** Exit codes: 0 done, 1 the answer is no (a broken chain, findings), 2 a mistake of the call or a failure. */
async function main(): Promise<void> {
  const complaint = whyNotOn(process.versions.node);
  if (complaint !== undefined) throw new CliError(complaint);
  const [first = '', second = ''] = process.argv.slice(2);
  const program = await createProgram({ own, env: process.env, asked: [first === 'help' ? second : first] });
  program.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  inherit(program);
  await program.parseAsync();
}

/** Commands that were made elsewhere take the settings of their parent, down to the last. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inherit(command);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`sallyport: ${sentence(error)}\n`);
  process.exitCode = error instanceof Error && 'isAnswer' in error && error.isAnswer === true ? 1 : 2;
});

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What the system refuses (a folder that cannot be written, a disk that is full) is no fault of this program, and no stack helps.
  return error instanceof CliError || 'syscall' in error ? error.message : (error.stack ?? error.message);
}
