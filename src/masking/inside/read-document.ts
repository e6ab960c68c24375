import { isTellingKey } from '../detect/telling-key.ts';
import type { DocumentNode } from './document-node.ts';
import { jsonDocument } from './json-document.ts';
import { propertiesDocument } from './properties-document.ts';
import { yamlDocument } from './yaml-document.ts';

/**
 * The document that a text is: JSON, YAML, or a file of settings; undefined where it is none, or where no name in it says that a value is secret: `isWhole`
 * reads it all the same.
 */
export function readDocument(source: string, isWhole: boolean): DocumentNode | undefined {
  const isWanted = isWhole ? () => true : hasTellingName;
  if (source.length < bytesMin || !isWanted(source)) return undefined;
  const first = /^(?:\xef\xbb\xbf)?\s*(\S)/.exec(source)?.[1];
  const json = first === '{' || first === '[' ? jsonDocument(source) : undefined;
  if (json !== undefined) return json;
  if (!/[:=]/.test(source)) return undefined;
  const yaml = /:(?:\s|$)|[{,]\s*["']/.test(source) ? yamlDocument(source, isWanted) : undefined;
  const document = yaml?.items.length === 1 ? yaml.items[0] : yaml;
  return document ?? (/^[^\n:]*=/m.test(source) || source.includes(':') ? propertiesDocument(source) : undefined);
}

/** No name with a value is shorter. */
const bytesMin = 8;
const nameWords = /pass|pwd|secret|token|credential|key|auth/gi;
const nameByte = /[A-Za-z0-9_./-]/;
const nameBytesMax = 64;

/** Whether any word in a text says that a value beside it is secret, or may hide that it does so behind an escape. Linear in the text. */
function hasTellingName(source: string): boolean {
  if (/\\[ux]/.test(source)) return true;
  nameWords.lastIndex = 0;
  for (let found = nameWords.exec(source); found !== null; found = nameWords.exec(source)) {
    const name = nameAround(source, found.index, nameWords.lastIndex);
    if (isTellingKey(name) || ownNames.has(name)) return true;
  }
  return false;
}

/** Names that say so in one shape of document alone. */
const ownNames: ReadonlySet<string> = new Set(['client-key-data', 'auth', 'auths', 'identitytoken', 'registrytoken']);

function nameAround(source: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start > 0 && from - start < nameBytesMax && nameByte.test(source[start - 1] as string)) start--;
  while (end < source.length && end - to < nameBytesMax && nameByte.test(source[end] as string)) end++;
  return source.slice(start, end);
}
