/*
 * Passwords in the arguments of commands whose options nobody would know by their names: `mysql -pX`, `redis-cli -a X`, `curl -u user:X`, `sshpass -p X`, `docker login -p X`; and what is given to a
 * name of a password (`PGPASSWORD=x`, `--password=x`), however it looks. Also in a script that is one of the arguments, as that of `sh -c`.
 *
 * Of a command whose words are known. In a log or a script, where nothing says what a word is, `../detect/tool-option.ts` knows the most common of them.
 */
import { isMarkedName } from '../detect/is-secret-looking.ts';
import type { Span } from '../detect/span.ts';
import { isTellingName } from '../detect/telling-key.ts';
import { TOOLS, type Tool } from '../detect/tool-option.ts';

/** A word of a command, with its quotation marks where it stands in a script. */
interface Word {
  readonly text: string;
  readonly start: number;
}

/** How deep scripts are looked for in arguments of scripts. */
const SCRIPTS_MAX = 4;

/** Where passwords stand in the words of a command, joined by blanks; in their order. */
export function toolPasswords(words: readonly string[]): readonly Span[] {
  let at = 0;
  const placed = words.map((text) => {
    const start = at;
    at += text.length + 1;
    return { text, start };
  });
  return passwordsIn(placed, 0);
}

/** In their order. */
function passwordsIn(words: readonly Word[], depth: number): readonly Span[] {
  const spans = commandsOf(words).flatMap(passwordsOf).sort(byStart);
  if (depth === SCRIPTS_MAX) return spans;
  let next = 0;
  const inScripts = words.flatMap((word) => {
    while (next < spans.length && (spans[next] as Span).start < word.start) next++;
    const isTaken = next < spans.length && (spans[next] as Span).start < word.start + word.text.length;
    return isTaken || !/\s/.test(word.text) ? [] : passwordsIn(wordsOf(word), depth + 1);
  });
  return inScripts.length === 0 ? spans : [...spans, ...inScripts].sort(byStart);
}

const byStart = (one: Span, other: Span) => one.start - other.start;

/** Commands of a script, parted by what the shell parts them by. */
function commandsOf(words: readonly Word[]): readonly (readonly Word[])[] {
  const commands: Word[][] = [[]];
  for (const word of words)
    if (/^[|;&()\n]$/.test(word.text)) commands.push([]);
    else commands.at(-1)?.push(word);
  return commands;
}

/** A word that is a script: without the marks around it, and in words as the shell has them. */
function wordsOf({ text, start }: Word): readonly Word[] {
  const [, mark = '', inner = text] = /^(['"])(.*)\1$/s.exec(text) ?? [];
  const found = inner.matchAll(/(?:[^\s'"\\|;&()]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+|[|;&()\n]/gs);
  return [...found].map((one) => ({ text: one[0], start: start + mark.length + one.index }));
}

function passwordsOf(command: readonly Word[]): readonly Span[] {
  const spans: Span[] = [];
  let tool: Tool | undefined;
  let isBehind = false; // of what must stand before an option
  for (let i = 0; i < command.length; i++) {
    const word = command[i] as Word;
    const next = command[i + 1];
    const given = isScript(word, command[i - 1]) ? undefined : givenToName(word);
    if (given !== undefined) spans.push(given);
    const named = toolOf(word);
    if (named !== undefined) [tool, isBehind] = [named, named.behind === undefined];
    if (tool === undefined || named !== undefined) continue;
    isBehind ||= word.text === tool.behind;
    const found = tool.words?.includes(word.text) ? partOf(command[i + 2], 0) : isBehind && optionOf(tool, word, next);
    if (found) spans.push(found);
    // What an option is given names no tool.
    if (tool.options?.includes(word.text)) i++;
  }
  return spans;
}

/** What a shell is told to run: words of their own. */
function isScript({ text }: Word, before: Word | undefined): boolean {
  return /\s/.test(text) && /^-[a-z]*c$/.test(before?.text ?? '');
}

function toolOf({ text }: Word): Tool | undefined {
  const name = text.slice(text.lastIndexOf('/') + 1);
  return TOOLS.find(({ names }) => names.test(name));
}

function optionOf(tool: Tool, word: Word, next: Word | undefined): Span | undefined {
  const { options = [], attached = [], mark } = tool;
  const { text } = word;
  const sign = text.startsWith('--') ? text.indexOf('=') : -1;
  if (options.includes(text) || (attached.includes('-u') && curlsFlags.test(text)))
    return next?.text.startsWith('-') === true ? undefined : partOf(next, 0, mark);
  if (sign !== -1 && options.includes(text.slice(0, sign))) return partOf(word, sign + 1, mark);
  return text.length > 2 && attached.includes(text.slice(0, 2)) ? partOf(word, 2, mark) : undefined;
}

/** `-sSu`: options without a value together with the one of the user. */
const curlsFlags = /^-[fgiksSLvIN#]+u$/;

/** `PGPASSWORD=x`, `--password=x`, `--set=a=1,db.password=x`: all that is given to a name that says it is a password. */
function givenToName(word: Word): Span | undefined {
  for (const found of word.text.matchAll(/(?:^['"]?-{0,2}|[,=])([A-Za-z_][\w.-]{0,63})=/g)) {
    const name = found[1] as string;
    if (/(?:pass(?:word|wd|phrase)?|pwd)$/i.test(name) && isTellingName(name))
      return partOf(word, found.index + found[0].length);
  }
  return undefined;
}

function partOf(word: Word | undefined, from: number, mark = ''): Span | undefined {
  if (word === undefined) return undefined;
  const { text } = word;
  const markAt = text.indexOf(mark, from);
  if (markAt === -1) return undefined;
  const at = markAt + mark.length;
  const start = /['"]/.test(text[at] ?? '') ? at + 1 : at;
  const end = text.length - (text.length > start && /['"]$/.test(text) && /['"]/.test(text.slice(0, start)) ? 1 : 0);
  const value = text.slice(start, end);
  if (value === '' || isFilledIn(value)) return undefined;
  return { start: word.start + start, end: word.start + end, detector: 'keyed-secret' };
}

/** What stands for a value that is filled in, or was hidden by whoever wrote it. */
function isFilledIn(value: string): boolean {
  return isMarkedName(value) || /^(?:\$[({]|`|\{\{|<.*>$|[*x]+$)/s.test(value);
}
