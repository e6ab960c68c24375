import { byteSet } from '../detect/byte-set.ts';
import { mayTellEncoded } from '../detect/encoded-text.ts';
import { isTellingKey, TOLD_BY } from '../detect/telling-key.ts';
import type { DocumentNode, ListNode } from './document-node.ts';
import { PACKED_BEGINNING } from './encoded-document.ts';
import { jsonDocument } from './json-document.ts';
import { propertiesDocument } from './properties-document.ts';
import { yamlDocument } from './yaml-document.ts';

/**
 * The document that a text is, as each of its readers may take it: JSON, YAML, a file of settings. None where it is none, or where no name in it says that a value is secret, nor one that
 * stands in base64 may, and nothing is packed: `isWhole` reads it all the same.
 */
export function readDocument(source: string, isWhole: boolean): readonly DocumentNode[] {
  const isWanted = isWhole
    ? () => true
    : (text: string) => hasTellingName(text) || mayTellEncoded(text) || text.includes(PACKED_BEGINNING);
  if (source.length < bytesMin || !isWanted(source)) return none;
  const first = /^(?:\xef\xbb\xbf)?\s*(\S)/.exec(source)?.[1];
  const json = first === '{' || first === '[' ? jsonDocument(source) : undefined;
  if (json !== undefined) return [json];
  const yaml = /:(?:\s|$)|[{,]\s*["']/.test(source) ? yamlDocument(source, isWanted) : undefined;
  if (yaml !== undefined && !mayBeSettings(source)) return [asOne(yaml)];
  const settings = propertiesDocument(source);
  return [...(yaml === undefined ? none : [asOne(yaml)]), ...(settings === undefined ? none : [settings])];
}

const none: readonly DocumentNode[] = [];

function asOne(yaml: ListNode): DocumentNode {
  return yaml.items.length === 1 ? (yaml.items[0] as DocumentNode) : yaml;
}

/** Whether what reads as YAML may be meant as settings all the same: a line of it has `=`, or a blank behind a name that may tell, or begins with a key that has escapes. */
function mayBeSettings(source: string): boolean {
  return settingsLine.test(source);
}

const settingsLine =
  /^[ \t\f]*(?![ \t\f])[\w."'-]{0,64}(?:\\|[ \t\f]*=|(?:pass|pwd|pswd|secret|token|cred|psk|salt|cookie|pat|pw|key)[\w.-]{0,64}[ \t\f]+[^\s:=])/im;

/** No name with a value is shorter. */
const bytesMin = 8;
const nameWords = new RegExp([...TOLD_BY, 'key', 'auth'].join('|'), 'gi');
const nameBytes = byteSet('A-Za-z0-9_./-');
const nameBytesMax = 64;

/** Whether any word in a text says that a value beside it is secret, also one with escapes in it, or may hide behind an escape that it does so, as a URL does (`redis\://`). Linear in the text. */
function hasTellingName(source: string): boolean {
  if (!source.includes('\\')) return saysTelling(source);
  return /\\[uxU:=\\]/.test(source) || saysTelling(source) || saysTelling(source.replaceAll(escaped, ''));
}

/** What stands before the rest of a word, as lenient readers take it: a backslash, with the end of its line. */
const escaped = /\\(?:(?:\r\n?|\n)[ \t\f]*)?/g;

function saysTelling(source: string): boolean {
  nameWords.lastIndex = 0;
  for (let found = nameWords.exec(source); found !== null; found = nameWords.exec(source)) {
    const from = isKey(found[0]) ? behindBlanks(source, found.index) : found.index;
    // What a key is of stands before it, also with blanks between (`signing key`); whatever else tells in a name that begins with it is a word that is found behind it.
    if (isKey(found[0]) && nameBytes[source.charCodeAt(from - 1)] !== 1) continue;
    const name = nameAround(source, from, nameWords.lastIndex);
    if (isTellingKey(name) || ownNames.has(name)) return true;
  }
  return false;
}

/** Names that say so in one shape of document alone. */
const ownNames: ReadonlySet<string> = new Set([
  ...['client-key-data', 'auth', 'auths', 'identitytoken', 'registrytoken'],
  'SecretList',
]);

function nameAround(source: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start > 0 && from - start < nameBytesMax && nameBytes[source.charCodeAt(start - 1)] === 1) start--;
  if (start < from && source[start - 1] === '\\') start++; // `\n` before it
  while (end < source.length && end - to < nameBytesMax && nameBytes[source.charCodeAt(end)] === 1) end++;
  return source.slice(start, end);
}

/** Where the blanks before a place begin, as many as a name may be long. */
function behindBlanks(source: string, at: number): number {
  let start = at;
  while (at - start < nameBytesMax && (source[start - 1] === ' ' || source[start - 1] === '\t')) start--;
  return start;
}

function isKey(word: string): boolean {
  return word.length === 3 && (word.charCodeAt(0) | 0x20) === 0x6b;
}
