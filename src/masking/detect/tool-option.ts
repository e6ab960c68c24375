/*
 * A password that an option of its tool tells, in a script or a log: `mysql -pX`, `curl -u user:X`, `redis-cli -a X`. The tool's name stands before the option, in the same command and not far from
 * it, so that nothing has to be held until the command ends. Also what is given to a variable by which such a tool is told its password, however it looks.
 *
 * The tools are those that are known in the words of a command, too (`../text/tool-passwords.ts`).
 */
import { byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import { nameAround, openedValue, secretValue, tells, type ValueStart, valueBehind } from './keyed-value.ts';
import type { Look } from './look.ts';
import { type Found, pending } from './matcher.ts';

/** A program that is given passwords by options which nobody would know by their names. */
export interface Tool {
  readonly names: RegExp;
  /** Options with the value as the next word, or behind `=`. */
  readonly options?: readonly string[];
  /** Options with the value right behind them. */
  readonly attached?: readonly string[];
  /** What stands in a value before the password; absent: it is all of it. */
  readonly mark?: string;
  /** A word that must stand before such an option. */
  readonly behind?: string;
  /** Words behind which a user and then a password stand. */
  readonly words?: readonly string[];
}

/** Source: the manual of each */
export const TOOLS: readonly Tool[] = [
  { names: /^(?:mysql(?:admin|dump|import|show|check|binlog|pump|slap|sh|_upgrade)?|mariadb(?:-[a-z]+)?)$/, attached: ['-p'] },
  { names: /^(?:redis|valkey|keydb)-cli$/, options: ['-a', '--pass'] },
  { names: /^curl$/, options: ['-u', '--user', '-U', '--proxy-user'], attached: ['-u', '-U'], mark: ':' },
  { names: /^sshpass$/, options: ['-p'], attached: ['-p'] },
  { names: /^(?:ssh|scp|sftp|rsync)$/ }, // which have other options of these names
  { names: /^(?:docker|podman|nerdctl|buildah|skopeo|oras|crane|helm|az|cf|oc|argocd)$/, options: ['-p', '--password'], behind: 'login' },
  { names: /^mongo(?:sh|dump|restore|export|import|stat|top|files)?$/, options: ['-p', '--password'] },
  { names: /^ldap(?:search|add|modify|delete|passwd|whoami|modrdn|compare)$/, options: ['-w'], attached: ['-w'] },
  { names: /^(?:sqlcmd|bcp)$/, options: ['-P'], attached: ['-P'] },
  { names: /^smbclient$/, options: ['-U', '--user'], attached: ['-U'], mark: '%' },
  { names: /^rabbitmqadmin$/, options: ['-p', '--password'] },
  { names: /^rabbitmqctl$/, words: ['add_user', 'change_password', 'authenticate_user'] },
  { names: /^keytool$/, options: ['-storepass', '-keypass', '-srcstorepass', '-deststorepass', '-srckeypass', '-destkeypass'] },
  { names: /^openssl$/, options: ['-pass', '-passin', '-passout'], mark: 'pass:' },
]; // biome-ignore format: a tool a line

/**
 * In lower case, one of these stands in each command in which a password is found, or a word that tells does; but for `bcp`, of which so little is looked for that too much has it. Chosen as
 * the ends of other words are (`test/masking/word-beginnings.test.ts`).
 */
export const TOOL_WORDS: readonly string[] = [
  ...['sql', 'mariadb', '-cli', 'curl', 'ongo', 'ldap', 'smbc', 'bbit', 'ogin'],
];

/** Limit: how far before its option a tool is looked for; less than what `TextMasker` keeps of what stands before. */
const beforeBytesMax = 240;
/** Limit: how long a user before its password may be. */
const userBytesMax = 128;

const optionBytes = byteSet('A-Za-z-');
const wordBytes = byteSet('!-~\x80-\xff');

/** Each with a blank before it: longer ones are found by their beginnings. */
const OPTIONS = ['-p', '-a', '-u', '-w', '--pass', '--user', '--proxy-user', '-storepass', '-keypass', '-srcstorepass'];
const MORE_OPTIONS = ['-deststorepass', '-srckeypass', '-destkeypass', '-su', '-ssu', '-ku', '-sku', '-fssu', '-vu'];

/** Texts in which no tool stands (`TOOL_WORDS`) are not looked at for the sake of an option. */
const behindOption: KeywordMatcher = {
  keywords: [...OPTIONS, ...MORE_OPTIONS].map((option) => ` ${option}`),
  needsOthers: true,
  match: (look, keywordStart, keywordEnd) => {
    const tool = toolBefore(look.text(lineStart(look, keywordStart), keywordStart));
    if (tool === undefined) return undefined;
    const start = keywordStart + 1;
    const end = look.run(optionBytes, keywordEnd, 16);
    if (look.isOpen(end)) return pending(attachedAt(tool, look.text(start, end)) ? start + 2 : look.end);
    return valueOfOption(look, tool, { start, end });
  },
};

/** Source: the manual of each */
const VARIABLES = ['pgpassword', 'mysql_pwd', 'rediscli_auth', 'sshpass', 'restic_password', 'borg_passphrase'];
const variableNames: ReadonlySet<string> = new Set([...VARIABLES, 'rsync_password', 'valkeycli_auth']);

/** In each of the names is a word that tells, by which texts are looked at. */
const behindVariable: KeywordMatcher = {
  keywords: [...variableNames],
  needsOthers: true,
  match: (look, keywordStart, keywordEnd) => {
    const name = nameAround(look, keywordStart, keywordEnd);
    if (name === undefined) return pending(look.end);
    if (!tells(name, (text) => variableNames.has(text.toLowerCase()))) return undefined;
    const value = valueBehind(look, name);
    if (value === 'more') return pending(look.end);
    return value === undefined ? undefined : secretValue(look, value, true);
  },
};

export const toolOptions: readonly KeywordMatcher[] = [behindOption, behindVariable];

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Where the line begins in which a place is, or the first of those that go on behind a backslash. */
function lineStart({ bytes }: Look, at: number): number {
  const first = Math.max(0, at - beforeBytesMax);
  let start = at;
  while (start > first && (bytes[start - 1] !== 0x0a || bytes[start - 2] === 0x5c)) start--;
  return start;
}

/** The tool of whose command a text is the beginning. */
function toolBefore(before: string): Tool | undefined {
  if (!anyTool.test(before)) return undefined;
  const found = [...before.matchAll(toolName)].at(-1);
  const tool = TOOLS.find(({ names }) => names.test(found?.[0] ?? ''));
  if (found === undefined || tool === undefined) return undefined;
  const between = before.slice(found.index + found[0].length).replaceAll(/'[^']*'|"(?:[^"\\]|\\.)*"/g, '');
  const isOfIt = tool.behind === undefined || between.split(/\s+/).includes(tool.behind);
  return isOfIt && !/[;|()`]|&&|\s&\s|(?<!\\)\r?\n|(?<!\\)\\n/.test(between) ? tool : undefined;
}

/** A part of the name of each tool, and what no text without it need be taken apart for. */
const anyTool = /mysql|mariadb|-cli|curl|sshpass|login|mongo|ldap|sqlcmd|bcp|smbclient|rabbitmq|keytool|openssl/;

/** The name of one, as a word or at the end of a path. */
const toolName = new RegExp(
  `(?<![\\w.-])(?:${TOOLS.map(({ names }) => names.source.replaceAll(/[$^]/g, '')).join('|')})(?=[\\s'"]|$)`,
  'g',
);

/** Whether what stands behind the first letter of an option is its value. */
function attachedAt({ attached = [] }: Tool, option: string): boolean {
  return option.length > 1 && attached.includes(option.slice(0, 2));
}

function valueOfOption(look: Look, tool: Tool, { start, end }: Place): Found {
  const { options = [], mark = '' } = tool;
  const option = look.text(start, end);
  if (options.includes(option) || (tool.attached?.includes('-u') === true && curlsFlags.test(option))) {
    const separator = look.at(end);
    const isBehind = separator === 0x20 || separator === 0x09 || (separator === 0x3d && option.startsWith('--'));
    if (isBehind) return judged(look, openedValue(look, end + 1), mark);
  }
  if (!attachedAt(tool, option) || (option.length === 2 && wordBytes[Math.max(0, look.at(end))] !== 1))
    return undefined;
  return judged(look, openedValue(look, start + 2), mark);
}

/** `-sSu`: options without a value together with the one of the user. */
const curlsFlags = /^-[fgiksSLvIN#]+u$/;

/** What stands behind the mark, however it looks. */
function judged(look: Look, value: ValueStart | 'more' | undefined, mark: string): Found {
  if (value === 'more') return pending(look.end);
  if (value === undefined || (value.quote === -1 && look.at(value.at) === 0x2d)) return undefined;
  if (mark === '') return secretValue(look, value, true);
  const userEnd = look.run(wordBytes, value.at, userBytesMax);
  const markAt = look.text(value.at, userEnd).indexOf(mark);
  if (markAt === -1) return look.isOpen(userEnd) ? pending(look.end) : undefined;
  return secretValue(look, { ...value, at: value.at + markAt + mark.length }, true);
}
