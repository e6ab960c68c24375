import { statSync } from 'node:fs';
import { fileTrouble } from '../std/file-trouble.ts';
import { CliError } from './cli-error.ts';

/**
 * What a person should know of the token file that they name for later; undefined where it is there. A token may be written later, by a timer or a mount, so its absence is no fault.
 *
 * @throws {CliError} it is a folder, in which no client finds a token
 */
export function tokenNote(file: string): string | undefined {
  try {
    if (!statSync(file).isDirectory()) return undefined;
  } catch (error) {
    return `note: token file \`${file}\`: ${fileTrouble(error)}; until a token is in it, whoever uses it is refused`;
  }
  throw new CliError(`token file \`${file}\` is a folder: name the file in it`);
}
