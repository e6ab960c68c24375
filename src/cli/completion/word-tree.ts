import type { Argument, Command, Option } from 'commander';

/** What may follow a word: one of these, a file, or whatever a person likes. */
export type Values = readonly string[] | 'file' | 'any';

export interface OptionWords {
  /** As they are typed: `-o` and `--output`. */
  readonly names: readonly string[];
  /** Undefined where it takes no value. */
  readonly values: Values | undefined;
  readonly description: string;
}

/** A command, by the words that lead to it, and what may come behind them. */
export interface CommandWords {
  /** `sallyport journal verify`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionWords[];
  /** What its own arguments are. */
  readonly values: Values;
}

/**
 * Every command and what can be typed behind it, the program itself first; the scripts of all shells are made from this.
 *
 * @throws {Error} a name holds what a shell would take for more than a letter
 */
export function wordTree(program: Command): readonly CommandWords[] {
  return wordsOf(program, []);
}

function wordsOf(command: Command, parents: readonly string[]): readonly CommandWords[] {
  const path = [...parents, plain(command.name())];
  const own: CommandWords = {
    path: path.join(' '),
    commands: command.commands.map((each) => ({ name: plain(each.name()), description: each.description() })),
    options: [
      ...command.options.filter(({ hidden }) => !hidden).map(optionWords),
      { names: ['-h', '--help'], values: undefined, description: 'display help for command' },
    ],
    values: argumentValues(command.registeredArguments),
  };
  return [own, ...command.commands.flatMap((each) => wordsOf(each, path))];
}

function optionWords(option: Option): OptionWords {
  const names = [option.short, option.long].filter((name) => name != null).map(plain);
  return { names, values: valuesOf(option), description: option.description };
}

function valuesOf({ required, optional, argChoices, flags }: Option): Values | undefined {
  if (!required && !optional) return undefined;
  return argChoices === undefined
    ? named(/[<[](?<name>[^>\]]+)[>\]]/.exec(flags)?.groups?.['name'])
    : argChoices.map(plain);
}

function argumentValues([first]: readonly Argument[]): Values {
  if (first === undefined) return [];
  return first.argChoices === undefined ? named(first.name()) : first.argChoices.map(plain);
}

/** A placeholder says by its own name that it is one of the file system. */
function named(placeholder = ''): Values {
  return /^(?:[a-z-]*(?:file|files|folder|path))(?:\.\.\.)?$/.test(placeholder) ? 'file' : 'any';
}

/** Security: names become part of a script that a shell runs. */
function plain(name: string): string {
  if (/^[A-Za-z0-9-]+$/.test(name)) return name;
  throw new Error(`\`${name}\` is not a word that a shell takes as it is`);
}
