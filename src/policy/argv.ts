import { glob } from './glob.ts';
import type { ArgvMatch } from './rule.ts';

/**
 * A test whether a command line is one of those that a rule names.
 *
 * T43: this bounds which program starts, not what it does then. `sh -c`, an interpreter, an editor or `tar` can do anything whatever the rest of the
 * line says, so a rule that permits should name programs that run nothing else.
 */
export function argvMatcher(matches: readonly ArgvMatch[]): (argv: readonly string[]) => boolean {
  const tests = matches.map(one);
  return (argv) => argv.length > 0 && tests.some((test) => test(argv));
}

function one(match: ArgvMatch): (argv: readonly string[]) => boolean {
  if ('exact' in match) return (argv) => argv.length === match.exact.length && startsWith(argv, match.exact);
  if ('prefix' in match) return (argv) => startsWith(argv, match.prefix);
  const hasRest = match.globs.at(-1) === '**';
  const tests = (hasRest ? match.globs.slice(0, -1) : match.globs).map(glob);
  return (argv) =>
    (hasRest ? argv.length >= tests.length : argv.length === tests.length) &&
    tests.every((test, i) => test(argv[i] as string));
}

function startsWith(argv: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((word, i) => argv[i] === word);
}
