import { byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import { matchRun, pending } from './matcher.ts';
import { token } from './token.ts';

/** AWS' key ids, by their prefix. Source: unique ID prefixes, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export const awsKeyIds: readonly KeywordMatcher[] = [
  token({ prefixes: ['AKIA', 'ASIA', 'ABIA', 'ACCA'], alphabet: 'A-Z2-7', bytesMin: 16, needs: ['2-7', 'A-Z'] }),
];

/** Google's API keys, OAuth tokens and client secrets. Its service accounts' keys are private keys. */
export const googleKeys: readonly KeywordMatcher[] = [
  token({ prefixes: ['AIza'], alphabet: 'A-Za-z0-9_-', bytesMin: 35 }),
  token({ prefixes: ['ya29.'], alphabet: 'A-Za-z0-9_.-', bytesMin: 30 }),
  token({ prefixes: ['GOCSPX-'], alphabet: 'A-Za-z0-9_-', bytesMin: 28 }),
];

/** Signatures of addresses that whoever has them may use until they end, of S3 and of Google's storage. */
export const signedAddresses: KeywordMatcher = behind(['x-amz-signature=', 'x-goog-signature='], byteSet('a-f0-9'), 40);

/** Azure's storage and service bus keys, in connection strings and signed addresses, and client secrets of Entra ID. */
export const azureKeys: readonly KeywordMatcher[] = [
  behind(['accountkey=', 'sharedaccesskey='], byteSet('A-Za-z0-9+/='), 40),
  behind(['sharedaccesssignature=', '?sig=', '&sig='], byteSet('A-Za-z0-9%+/=&_.-'), 40),
  {
    keywords: ['q~'],
    match: (look, keywordStart, keywordEnd) => {
      const start = keywordStart - 4;
      if (!isEntraPrefix(look.text(Math.max(0, start), keywordEnd))) return undefined;
      if (entraBytes[look.at(start - 1)] === 1) return undefined;
      const known = look.run(entraBytes, keywordEnd, 31);
      if (known - keywordEnd < 31) return look.isOpen(known) ? pending(keywordEnd) : undefined;
      return { ...matchRun(look, known, entraBytes), start: keywordEnd };
    },
  },
];

const entraBytes = byteSet('A-Za-z0-9_~.-');

function isEntraPrefix(text: string): boolean {
  return /^[A-Za-z0-9_~.-]{3}\dQ~$/.test(text);
}

/** A value that stands right behind words which say what it is. */
function behind(keywords: readonly string[], alphabet: Uint8Array, bytesMin: number): KeywordMatcher {
  return {
    keywords,
    match: (look, _keywordStart, keywordEnd) => {
      const known = look.run(alphabet, keywordEnd, bytesMin);
      if (known - keywordEnd < bytesMin) return look.isOpen(known) ? pending(keywordEnd) : undefined;
      return { ...matchRun(look, known, alphabet), start: keywordEnd };
    },
  };
}
