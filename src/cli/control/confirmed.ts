import { createInterface } from 'node:readline/promises';
import { CliError } from '../cli-error.ts';

/** Who is asked, and what Ctrl-C does. */
interface Asked {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly interrupt: () => void;
}

/** Ctrl-C ends the command as it does where nothing is asked: by the signal. */
const OWN: Asked = {
  stdin: process.stdin,
  stdout: process.stdout,
  interrupt: () => void process.kill(process.pid, 'SIGINT'),
};

/** Asks whoever sits at a terminal; where nobody does, whoever started the command has said it. @throws {CliError} they say no */
export async function confirmed(question: string): Promise<void> {
  if (await isYes(question, true)) return;
  throw new CliError('nothing was answered');
}

/** Whether they say yes to it; `unasked` is what is taken where nobody sits at a terminal. Ctrl-D says no. */
export async function isYes(question: string, unasked: boolean, asked: Asked = OWN): Promise<boolean> {
  const { stdin, stdout, interrupt } = asked;
  if (stdin.isTTY !== true || stdout.isTTY !== true) return unasked;
  const lines = createInterface({ input: stdin, output: stdout, terminal: true });
  const interrupted = new Promise<string>((resolve) => {
    lines.once('SIGINT', () => {
      lines.close();
      stdout.write('\n');
      interrupt();
      resolve('');
    });
  });
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `), interrupted]);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
