import { byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import {
  beginsName,
  blanksBefore,
  nameAround,
  quotedBehind,
  secretValue,
  tells,
  valueBehind,
  wordStart,
} from './keyed-value.ts';
import { KUBECONFIG_SECRETS } from './kubeconfig-secrets.ts';
import type { Look } from './look.ts';
import { type Found, pending } from './matcher.ts';
import { isTellingKey, isTellingName, KEY_OF, TOLD_BY } from './telling-key.ts';

/** A value with letters and digits mixed behind a name that says it is secret. */
export const keyedSecret: readonly KeywordMatcher[] = [
  {
    keywords: TOLD_BY,
    match: (look, keywordStart, keywordEnd) => valueBehindName(look, keywordStart, keywordEnd, isTellingKey, false),
  },
  {
    keywords: ['key'],
    behind: KEY_OF,
    // A key tells behind what it is of, so not where nothing stands before it; what else may tell there is a keyword that stands behind it.
    match: (look, keywordStart, keywordEnd) => {
      const ofEnd = blanksBefore(look, keywordStart);
      if (beginsName(look, ofEnd)) return undefined;
      if (ofEnd < keywordStart && isNameByItself(look, ofEnd, keywordEnd)) return undefined;
      return valueBehindName(look, ofEnd, keywordEnd, isTellingKey, false);
    },
  },
  {
    keywords: ['masterauth'], // Redis' password for the server that it follows
    match: (look, keywordStart, keywordEnd) =>
      valueBehindName(look, keywordStart, keywordEnd, (name) => name === 'masterauth', false),
  },
  {
    keywords: ['identified by'],
    // Of SQL: `IDENTIFIED BY 'x'`, also `IDENTIFIED BY PASSWORD 'x'`.
    match: (look, _keywordStart, keywordEnd) => {
      const at = look.run(spaces, keywordEnd, 24);
      const value = quotedBehind(look, look.startsWith('PASSWORD ', at) ? at + 'PASSWORD '.length : at);
      if (value === 'more') return pending(look.end);
      return value === undefined || at === keywordEnd ? undefined : secretValue(look, value, true);
    },
  },
];

/** Whether `key=` behind a blank is a name of its own: what stands before it is the value of another (`app=storage key=x`), or the name of a tag (`<service key="x">`). */
function isNameByItself(look: Look, ofEnd: number, keywordEnd: number): boolean {
  if (look.at(keywordEnd) !== 0x3d) return false;
  const before = look.at(wordStart(look, ofEnd) - 1);
  return before === 0x3d || before === 0x3c;
}

/**
 * What a kubeconfig's `user` holds, in YAML or JSON, block or flow: a password or token there is secret however it looks.
 *
 * `client-key-data` is known by its name; for the others a mapping named `user` must have begun within `kubeUserBytesMax` before.
 */
export const kubeconfigUser: readonly KeywordMatcher[] = [
  {
    keywords: ['user'],
    needsOthers: true,
    match: (look, keywordStart, keywordEnd) => {
      const name = nameAround(look, keywordStart, keywordEnd);
      if (name === undefined) return pending(look.end);
      if (!tells(name, (text) => text === 'user')) return undefined;
      const began = mappingBehind(look, name.end);
      if (began === 'more') return pending(look.end);
      if (began) look.kubeUserAt = name.start;
      return undefined;
    },
  },
  {
    keywords: ['client-key-data'],
    match: (look, keywordStart, keywordEnd) =>
      valueBehindName(look, keywordStart, keywordEnd, (name) => name === 'client-key-data', true),
  },
  {
    keywords: ['token', 'password', 'client-secret'],
    match: (look, keywordStart, keywordEnd) => {
      if (keywordStart - look.kubeUserAt > kubeUserBytesMax) return undefined;
      return valueBehindName(look, keywordStart, keywordEnd, (name) => KUBECONFIG_SECRETS.has(name), true);
    },
  },
];

const kubeUserBytesMax = 8 * 1024;

/** Whether a mapping begins behind a name: a line that ends behind the colon, or a brace. */
function mappingBehind(look: Look, nameEnd: number): boolean | 'more' {
  let at = look.run(quotesAndBackslashes, nameEnd, 5);
  at = look.run(spaces, at, 24);
  if (look.isOpen(at)) return 'more';
  if (look.at(at) !== 0x3a) return false;
  at = look.run(spaces, at + 1, 24);
  if (look.isOpen(at)) return 'more';
  const byte = look.at(at);
  return byte === 0x0a || byte === 0x0d || byte === 0x7b || byte === 0x5c;
}

const quotesAndBackslashes = byteSet(`\\"'`);
const spaces = byteSet(' \t');

/** AWS' secret keys and session tokens, which have no prefix: behind their names, and as long as they are. */
export const awsSecretKey: KeywordMatcher = {
  keywords: ['aws_secret_access_key', 'aws_session_token', 'secretaccesskey', 'aws_secret_key', 'sessiontoken'],
  match: (look, keywordStart, keywordEnd) => {
    const found = valueBehindName(look, keywordStart, keywordEnd, (name) => /(key|token)$/i.test(name), false);
    return found?.kind === 'match' && found.end - found.start < awsBytesMin && found.tail === undefined
      ? undefined
      : found;
  },
};

const awsBytesMin = 40;

function valueBehindName(
  look: Look,
  keywordStart: number,
  keywordEnd: number,
  isTelling: (name: string) => boolean,
  isAny: boolean,
): Found {
  const name = nameAround(look, keywordStart, keywordEnd);
  if (name === undefined) return pending(look.end);
  if (!tells(name, isTelling)) return undefined;
  const value = valueBehind(look, name);
  if (value === 'more') return pending(look.end);
  // `MAX_TOKENS` says that each of several is secret, and not that a number is.
  const isSure = value?.isSure === true && tells(name, isTellingName);
  return value === undefined ? undefined : secretValue(look, value, isAny || isSure);
}
