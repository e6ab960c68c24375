/** A mistake of the person at the terminal: printed as one sentence, without a stack; the exit code is 2. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
