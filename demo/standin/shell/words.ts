/**
 * A line of shell, taken apart: quotes, `$NAME`, `$?`, `;`, `&&`, `||`, `|`, `>`, `>>`, `<`. What a real shell has beyond that (loops,
 * substitution, globs, jobs) is refused with a sentence and not half done.
 */

export interface Command {
  readonly words: readonly string[];
  readonly input?: string;
  readonly output?: { readonly path: string; readonly isAppended: boolean };
}

/** A pipeline, and how it hangs on the one before. */
export interface Step {
  readonly when: 'always' | 'and' | 'or';
  readonly pipeline: readonly Command[];
}

export class ShellSyntaxError extends Error {}

/** A word with its variables read. */
export function expanded(word: string, variable: (name: string) => string): string {
  return word.replaceAll(/\0(\w+|\?)\0/g, (_, name: string) => variable(name));
}

type Token = { readonly is: 'word'; readonly text: string } | { readonly is: 'operator'; readonly text: string };

const reserved = ['if', 'for', 'while', 'until', 'case', 'function', '{', '(', '!'];

/**
 * The steps of a line. Variables are marked and not yet read: what a command sets, the next one on the line sees; `expanded` reads them.
 *
 * @throws {ShellSyntaxError} for what the toy shell does not know
 */
export function parseLine(line: string): readonly Step[] {
  const steps: Step[] = [];
  let when: Step['when'] = 'always';
  let pipeline: Command[] = [];
  let command: { words: string[]; input?: string; output?: { path: string; isAppended: boolean } } = { words: [] };
  const endCommand = (): void => {
    if (command.words.length > 0) pipeline.push(command);
    command = { words: [] };
  };
  const endStep = (next: Step['when']): void => {
    endCommand();
    if (pipeline.length > 0) steps.push({ when, pipeline });
    pipeline = [];
    when = next;
  };
  const tokens = tokensOf(line.replaceAll('\0', ''));
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as Token;
    if (token.is === 'word') {
      if (command.words.length === 0 && reserved.includes(token.text)) {
        throw new ShellSyntaxError(`syntax error: the stand-in's toy shell does not know \`${token.text}\``);
      }
      command.words.push(token.text);
    } else if (token.text === '|') endCommand();
    else if (token.text === '&&') endStep('and');
    else if (token.text === '||') endStep('or');
    else if (token.text === ';' || token.text === '\n') endStep('always');
    else {
      index += 1;
      const target = tokens[index];
      if (target?.is !== 'word')
        throw new ShellSyntaxError('syntax error: a file name is expected after a redirection');
      if (token.text === '<') command.input = target.text;
      else command.output = { path: target.text, isAppended: token.text === '>>' };
    }
  }
  endStep('always');
  return steps;
}

function tokensOf(line: string): readonly Token[] {
  const tokens: Token[] = [];
  let word: string | undefined;
  const end = (): void => {
    if (word !== undefined) tokens.push({ is: 'word', text: word });
    word = undefined;
  };
  for (let index = 0; index < line.length; ) {
    const rest = line.slice(index);
    const [space] = /^[ \t]+/.exec(rest) ?? [];
    const [operator] = /^(&&|\|\||>>|[;|<>\n])/.exec(rest) ?? [];
    const [name] = /^\$(\{\w+\}|\w+|\?)/.exec(rest) ?? [];
    if (space !== undefined) {
      end();
      index += space.length;
    } else if (operator !== undefined) {
      end();
      tokens.push({ is: 'operator', text: operator });
      index += operator.length;
    } else if (rest.startsWith('#') && word === undefined) {
      index = line.indexOf('\n', index) < 0 ? line.length : line.indexOf('\n', index);
    } else if (name !== undefined) {
      word = `${word ?? ''}\0${name.replace(/[${}]/g, '')}\0`;
      index += name.length;
    } else if (/^(`|\$\(|&)/.test(rest)) {
      throw new ShellSyntaxError("syntax error: the stand-in's toy shell knows no substitution and no jobs");
    } else if (rest[0] === "'" || rest[0] === '"') {
      const [text, length] = quoted(rest);
      word = (word ?? '') + text;
      index += length;
    } else {
      const isEscaped = rest[0] === '\\' && rest.length > 1;
      word = (word ?? '') + (isEscaped ? rest[1] : rest[0]);
      index += isEscaped ? 2 : 1;
    }
  }
  end();
  return tokens;
}

/** The text in quotes and how many characters it took. */
function quoted(rest: string): readonly [string, number] {
  const quote = rest[0];
  let text = '';
  for (let index = 1; index < rest.length; index += 1) {
    const character = rest[index] ?? '';
    if (character === quote) return [text, index + 1];
    const [name] = quote === '"' ? (/^\$(\{\w+\}|\w+|\?)/.exec(rest.slice(index)) ?? []) : [];
    if (quote === '"' && character === '\\' && /["\\$`]/.test(rest[index + 1] ?? '')) {
      index += 1;
      text += rest[index];
    } else if (name !== undefined) {
      text += `\0${name.replace(/[${}]/g, '')}\0`;
      index += name.length - 1;
    } else if (quote === '"' && /^(`|\$\()/.test(rest.slice(index))) {
      throw new ShellSyntaxError("syntax error: the stand-in's toy shell knows no substitution and no jobs");
    } else text += character;
  }
  throw new ShellSyntaxError('syntax error: unterminated quoted string');
}
