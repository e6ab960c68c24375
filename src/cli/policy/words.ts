import { CliError } from '../cli-error.ts';

/** Words of a command line, sorted into what stands alone, options, and what follows a `--`. */
export interface Words {
  readonly plain: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly argv: readonly string[];
}

/** Options that take a value, by every spelling. */
const VALUED: Readonly<Record<string, string>> = {
  '-n': 'namespace',
  '--namespace': 'namespace',
  '-l': 'selector',
  '--selector': 'selector',
  '--field-selector': 'field-selector',
  '--subresource': 'subresource',
  '-c': 'container',
  '--container': 'container',
  '--dry-run': 'dry-run',
  '--cascade': 'cascade',
  '--replicas': 'replicas',
  '--to-revision': 'to-revision',
  '--grace-period': 'grace-period',
  '--timeout': 'timeout',
};

/** Options that stand for themselves. */
const FLAGS: Readonly<Record<string, string>> = {
  '-A': 'all-namespaces',
  '--all-namespaces': 'all-namespaces',
  '-w': 'watch',
  '--watch': 'watch',
  '-f': 'follow',
  '--follow': 'follow',
  '-i': 'stdin',
  '--stdin': 'stdin',
  '-t': 'tty',
  '--tty': 'tty',
  '-it': 'stdin tty',
  '-ti': 'stdin tty',
  '--force': 'force',
  '--ignore-daemonsets': 'ignore-daemonsets',
  '--delete-emptydir-data': 'delete-emptydir-data',
};

/**
 * The words of a kubectl-like command line.
 *
 * @throws {CliError} an option that is none of those that are read here, or one without its value
 */
export function sortWords(words: readonly string[]): Words {
  const plain: string[] = [];
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '--') return { plain, options, argv: words.slice(i + 1) };
    if (!word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    const [name = '', ...rest] = word.split('=');
    const flag = FLAGS[name];
    const valued = VALUED[name];
    if (flag !== undefined && rest.length === 0) for (const each of flag.split(' ')) options.set(each, 'true');
    else if (valued !== undefined) options.set(valued, rest.length > 0 ? rest.join('=') : valueAfter(words, ++i, name));
    else throw new CliError(`\`${word}\` is no option that can be judged here; there are ${known()}`);
  }
  return { plain, options, argv: [] };
}

function valueAfter(words: readonly string[], i: number, name: string): string {
  const value = words[i];
  if (value === undefined || value.startsWith('-')) throw new CliError(`\`${name}\` needs a value`);
  return value;
}

function known(): string {
  return [...Object.keys(VALUED), ...Object.keys(FLAGS)].map((name) => `\`${name}\``).join(', ');
}

/**
 * A line as words, as a shell without expansion would split it: spaces part them, single and double quotes keep them together.
 *
 * @throws {CliError} a quote that is not closed
 */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const character of line) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== '') throw new CliError(`a quote is not closed in \`${line}\``);
  if (word !== undefined) words.push(word);
  return words;
}
