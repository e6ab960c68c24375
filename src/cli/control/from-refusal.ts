/*
 * The question in what a refused command printed: in the sentence that kubectl shows, or in the `Status` that a program was given. What stands there is taken
 * as words of a scope and nothing else, never run, and asked for under the rules like any other question.
 */
import { Command, CommanderError } from 'commander';
import type { GrantAskBody } from '../../control/contract.ts';
import { durationMs } from '../../std/duration.ts';
import { CliError } from '../cli-error.ts';
import { type ScopeOptions, scopeOf, withScopeOptions } from './scope-options.ts';

/** What is asked for; `for` is the shortest of several. */
export type Question = Pick<GrantAskBody, 'scopes'> & { readonly for?: string | undefined };

/** Limit: what is read, in characters. */
const TEXT_CHARACTERS_MAX = 1024 * 1024;

/**
 * The grant that the text suggests; where several calls were refused, one grant for all of them.
 *
 * @throws {CliError} it suggests none
 */
export function questionOfRefusal(text: string): Question {
  const own = text.slice(0, TEXT_CHARACTERS_MAX);
  const found = statusQuestion(own) ?? commandQuestions(own);
  if (found.length === 0)
    throw new CliError(
      'the text suggests no grant: what can be asked for says `sallyport grants request …`; `sallyport explain last` tells what the gateway refused you',
    );
  const lengths = found.flatMap((question) => question.for ?? []).sort((a, b) => durationMs(a) - durationMs(b));
  return { scopes: found.flatMap(({ scopes }) => scopes), ...(lengths[0] === undefined ? {} : { for: lengths[0] }) };
}

function statusQuestion(text: string): readonly Question[] | undefined {
  try {
    const status = JSON.parse(text) as { details?: { causes?: { reason?: string; message?: string }[] } };
    const cause = status.details?.causes?.find(({ reason }) => reason === 'SallyportGrant');
    return cause?.message === undefined ? undefined : [JSON.parse(cause.message) as Question];
  } catch {
    return undefined;
  }
}

function commandQuestions(text: string): readonly Question[] {
  const commands = [...text.matchAll(/`sallyport grants request ([^`\n]*)`/g)].map(([, words = '']) => words);
  return [...new Set(commands)].map((words) => ofWords(shellWords(words)));
}

function ofWords(words: readonly string[]): Question {
  const command = withScopeOptions(new Command('request'))
    .option('--for <length>')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    throw error instanceof CommanderError
      ? new CliError(`the suggested command is not one of this program: ${error.message}`)
      : error;
  }
  const options = command.opts<ScopeOptions & { readonly for?: string }>();
  return { scopes: [scopeOf(options)], for: options.for };
}

/** The words of a command as the gateway writes it: bare, or in single quotes. */
function shellWords(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|\\'/g, (_, quoted?: string) => quoted ?? "'"));
}
