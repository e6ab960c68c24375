import { createInterface } from 'node:readline/promises';
import { CliError } from '../cli-error.ts';

/** Asks whoever sits at a terminal; where nobody does, whoever started the command has said it. @throws {CliError} they say no */
export async function confirmed(question: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`${question} [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('nothing was answered');
}
