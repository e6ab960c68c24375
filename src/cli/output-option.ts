import { Option } from 'commander';

/** How an answer is printed: for a person, in a table where it is a list, or as JSON. */
export type OutputFormat = 'table' | 'json';

/** `-o`, the same at every command; `more` forms where a command has them, and `when` it counts where that is not always. */
export function outputOption({ more = [], when = '' }: { more?: readonly string[]; when?: string } = {}): Option {
  return new Option('-o, --output <format>', `${when}how to print`)
    .choices(['table', 'json', ...more])
    .default('table');
}
