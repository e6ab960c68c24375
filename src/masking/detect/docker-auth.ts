import { byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import { nameAround, secretValue, tells, valueBehind } from './keyed-value.ts';
import { matchTail, pending } from './matcher.ts';
import { wrappedBase64 } from './wrapped-base64.ts';

const isAuth = (name: string) => /^(auth|_auth|.*[/_]_auth)$/.test(name);
const base64 = byteSet('A-Za-z0-9+/=_-');

/** Credentials of registries: `auth` in a Docker configuration, `_auth` in npm's, and base64 of a whole Docker configuration. */
export const dockerAuth: readonly KeywordMatcher[] = [
  {
    keywords: ['auth'],
    match: (look, keywordStart, keywordEnd) => {
      const name = nameAround(look, keywordStart, keywordEnd);
      if (name === undefined) return pending(look.end);
      if (!tells(name, isAuth)) return undefined;
      const value = valueBehind(look, name);
      if (value === 'more') return pending(look.end);
      if (value === undefined) return undefined;
      const found = secretValue(look, value, true);
      if (found?.kind !== 'match') return found;
      const decoded = Buffer.from(look.text(found.start, Math.min(found.end, found.start + 64)), 'base64').toString(
        'latin1',
      );
      return /^[\x21-\x7e]{1,64}:/.test(decoded) ? found : undefined;
    },
  },
  {
    keywords: ['eyjhdxrocyi6'], // base64 of `{"auths":`
    match: (look, keywordStart, keywordEnd) => {
      if (look.text(keywordStart, keywordEnd) !== 'eyJhdXRocyI6') return undefined;
      const known = look.run(base64, keywordEnd, 16);
      if (known < keywordEnd + 16) return look.isOpen(known) ? pending(keywordStart) : undefined;
      return matchTail(look, keywordStart, known, wrappedBase64(look, known));
    },
  },
];
