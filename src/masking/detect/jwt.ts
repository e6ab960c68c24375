import { byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import { matchRun, pending } from './matcher.ts';

const base64url = byteSet('A-Za-z0-9_-');
const base64urlOrDot = byteSet('A-Za-z0-9_.-');
const alphanumeric = byteSet('A-Za-z0-9');
const headerBytesMax = 900;

/**
 * A JSON Web Token: a header that is base64url of JSON with `alg` in it, a dot, and the claims.
 *
 * The claims alone may be secret too, so all of it is masked. Base64 of other JSON (a `continue` of a list) has no dot and no `alg`.
 */
export const jwt: KeywordMatcher = {
  keywords: ['eyj'],
  match: (look, keywordStart, keywordEnd) => {
    if (keywordStart > 0 && (alphanumeric[look.at(keywordStart - 1)] === 1 || look.at(keywordStart - 1) === 0x5f))
      return undefined;
    if (look.text(keywordStart, keywordEnd) !== 'eyJ') return undefined;
    const dot = look.run(base64url, keywordEnd, headerBytesMax);
    if (look.isOpen(dot)) return pending(keywordStart);
    if (look.at(dot) !== 0x2e) return undefined;
    if (!/"(alg|enc)"\s*:/.test(Buffer.from(look.text(keywordStart, dot), 'base64url').toString('latin1')))
      return undefined;
    const known = look.run(base64url, dot + 1, 8);
    if (look.isOpen(known)) return pending(keywordStart);
    if (known < dot + 9) return undefined;
    return { ...matchRun(look, known, base64urlOrDot), start: keywordStart };
  },
};
