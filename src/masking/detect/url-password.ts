import { byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import { isMarkedName } from './is-secret-looking.ts';
import type { Look } from './look.ts';
import { type Found, pending } from './matcher.ts';

const schemeBytes = byteSet('A-Za-z0-9+.-');
const digits = byteSet('0-9');
const webSchemes: ReadonlySet<string> = new Set(['http', 'https', 'ws', 'wss', 'ftp', 'ftps', 'git+https', 'git+http']);

/** How long the user of an address is at most, and how long its password. */
const partBytesMax = 256;

/** Passwords in the addresses of databases and brokers; they may hold a slash or an `@`, which many write as they are. */
export const connectionString: KeywordMatcher = {
  keywords: ['://'],
  ahead: '@',
  match: (look, keywordStart, keywordEnd) =>
    passwordOf(look, keywordStart, keywordEnd, (scheme) => !webSchemes.has(scheme)),
};

/** Passwords, and tokens in the place of a user, in the addresses of web servers. */
export const urlPassword: KeywordMatcher = {
  keywords: ['://'],
  ahead: '@',
  match: (look, keywordStart, keywordEnd) =>
    passwordOf(look, keywordStart, keywordEnd, (scheme) => webSchemes.has(scheme)),
};

function passwordOf(look: Look, keywordStart: number, keywordEnd: number, isOurs: (scheme: string) => boolean): Found {
  const schemeStart = look.runBack(schemeBytes, keywordStart, 24);
  const scheme = look.text(schemeStart, keywordStart).toLowerCase();
  if (!isOurs(scheme)) return undefined;
  const isWeb = webSchemes.has(scheme);
  const userEnd = look.run(userBytes, keywordEnd, partBytesMax);
  if (look.isOpen(userEnd))
    return pending(isWeb && look.isOpen(look.run(tokenBytes, keywordEnd, partBytesMax)) ? keywordEnd : look.end);
  if (look.at(userEnd) === 0x40) return isWeb ? tokenAsUser(look, keywordEnd, userEnd) : undefined;
  if (look.at(userEnd) !== 0x3a) return undefined;
  const start = userEnd + 1;
  const portEnd = look.run(digits, start, 6);
  if (look.isOpen(portEnd)) return pending(start);
  if (portEnd > start && look.at(portEnd) !== 0x40 && afterPort[Math.max(0, look.at(portEnd))] === 1) return undefined;
  const allowed = isWeb ? webPasswordBytes : passwordBytes;
  const at = lastAt(look, start, allowed);
  if (at === 'more') return pending(start);
  if (at === undefined || at === start || isTemplate(look.text(start, at))) return undefined;
  return { kind: 'match', start, end: at, tail: undefined };
}

/** The last `@` before what cannot be in a password, or before a slash that follows one. */
function lastAt(look: Look, start: number, allowed: Uint8Array): number | 'more' | undefined {
  let found: number | undefined;
  for (let at = start; at < start + partBytesMax; at++) {
    if (look.isOpen(at)) return 'more';
    const byte = look.at(at);
    if (byte === 0x40) found = at;
    else if (byte === -1 || allowed[byte] === 0 || (found !== undefined && hostEnds[byte] === 1)) return found;
  }
  return found;
}

/** `https://TOKEN@github.com`: a user that is no name. */
function tokenAsUser(look: Look, start: number, end: number): Found {
  const user = look.text(start, end);
  if (user.length < 20 || !/\d/.test(user) || !/^[A-Za-z0-9_-]+$/.test(user)) return undefined;
  return { kind: 'match', start, end, tail: undefined };
}

function isTemplate(password: string): boolean {
  if (/^\$[A-Za-z_]/.test(password)) return isMarkedName(password);
  return /^(\$[({].*|\{\{.*|<.*>|%[({].*|\*+|x+)$/.test(password);
}

const printable = '!#$%&()*+,./0-9:;=?@A-Z[]^_a-z{|}~-';
const passwordBytes = byteSet(printable);
const webPasswordBytes = without(passwordBytes, '/?#');
const userBytes = byteSet('A-Za-z0-9._~%!$&()*+;=-');
const tokenBytes = byteSet('A-Za-z0-9_-');
const hostEnds = byteSet('/?#,');
/** What stands behind a port, where it was one: the end of an address, or of what is around it. */
const afterPort = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9!$%^*@_~+&=-]/.test(String.fromCharCode(byte)) ? 0 : 1,
);

function without(set: Uint8Array, characters: string): Uint8Array {
  return set.map((member, byte) => (characters.includes(String.fromCharCode(byte)) ? 0 : member));
}
