import { byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import { type Found, matchRun, pending } from './matcher.ts';

const spaces = byteSet(' \t');
const between = byteSet(' \t:="\'\\[,');
const letters = byteSet('A-Za-z0-9-');
const credential = byteSet('A-Za-z0-9+/=_.~:%-');
const notQuote = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte > 0x1f && !'"\'\\'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
const bytesMin = 8;

/** `Authorization: Basic …`, `Proxy-Authorization`, in a header, a log's field or a command: the credential behind the scheme. */
const header: KeywordMatcher = {
  keywords: ['authorization'],
  match: (look, _keywordStart, keywordEnd) => {
    const first = look.run(between, keywordEnd, 8);
    if (look.isOpen(first)) return pending(first);
    if (first === keywordEnd) return undefined;
    if (!/[:=]/.test(look.text(keywordEnd, first))) return basicBehindBlank(look, first);
    const schemeEnd = look.run(letters, first, 24);
    if (look.isOpen(schemeEnd)) return pending(first);
    const hasScheme = schemeEnd > first && look.at(schemeEnd) === 0x20;
    if (!hasScheme) return opaque(look, first);
    const start = look.run(spaces, schemeEnd, 4);
    const scheme = look.text(first, schemeEnd).toLowerCase();
    if (!schemes.has(scheme)) return undefined;
    const known = look.run(parameters.has(scheme) ? notQuote : credential, start, bytesMin);
    if (known < start + bytesMin) return look.isOpen(known) ? pending(start) : undefined;
    return { ...matchRun(look, known, parameters.has(scheme) ? notQuote : credential), start };
  },
};

/** `proxy_set_header Authorization "Basic …"`, as servers are configured: behind a blank alone, so only what says a user and a password. */
function basicBehindBlank(look: Parameters<KeywordMatcher['match']>[0], at: number): Found {
  const start = at + 'Basic '.length;
  const end = look.run(credential, start, basicBytesMax);
  if (look.isOpen(end)) return pending(at);
  if (look.text(at, start).toLowerCase() !== 'basic ') return undefined;
  const said = Buffer.from(look.text(start, end), 'base64').toString('latin1');
  return /^[\x20-\x7e]*:[\x20-\x7e]+$/.test(said) ? { kind: 'match', start, end, tail: undefined } : undefined;
}

const basicBytesMax = 400;

const schemes: ReadonlySet<string> = new Set([
  'basic',
  'bearer',
  'token',
  'digest',
  'negotiate',
  'aws4-hmac-sha256',
  'apikey',
  'splunk',
  'dpop',
  'ntlm',
]);
/** Schemes whose credential has blanks in it. */
const parameters: ReadonlySet<string> = new Set(['digest', 'aws4-hmac-sha256']);

function opaque(look: Parameters<KeywordMatcher['match']>[0], start: number) {
  const known = look.run(credential, start, 20);
  if (known < start + 20) return look.isOpen(known) ? pending(start) : undefined;
  if (!/\d/.test(look.text(start, known))) return undefined;
  return { ...matchRun(look, known, credential), start };
}

/** `Bearer …` without its header. */
const bearer: KeywordMatcher = {
  keywords: ['bearer '],
  match: (look, _keywordStart, keywordEnd) => {
    const known = look.run(credential, keywordEnd, 20);
    if (known < keywordEnd + 20) return look.isOpen(known) ? pending(keywordEnd) : undefined;
    if (!/\d/.test(look.text(keywordEnd, known))) return undefined;
    return { ...matchRun(look, known, credential), start: keywordEnd };
  },
};

/** `Cookie: a=…; b=…` and `Set-Cookie: a=…; Path=/`, as clients and servers log them: all that is sent, or the value that is set. */
const cookie: KeywordMatcher = {
  keywords: ['cookie:'],
  match: (look, keywordStart, keywordEnd) => {
    const isSet = look.text(Math.max(0, keywordStart - 4), keywordStart).toLowerCase() === 'set-';
    const first = look.run(between, keywordEnd, 4);
    const nameEnd = look.run(cookieName, first, cookieNameBytesMax);
    if (look.isOpen(nameEnd)) return pending(first);
    if (nameEnd === first || look.at(nameEnd) !== 0x3d) return undefined;
    const start = nameEnd + 1;
    const set = isSet ? cookieValue : cookies;
    const known = look.run(set, start, bytesMin);
    if (known < start + bytesMin) return look.isOpen(known) ? pending(start) : undefined;
    return { ...matchRun(look, known, set), start };
  },
};

const cookieNameBytesMax = 64;
const cookieName = byteSet('A-Za-z0-9_.$-');
const cookieValue = byteSet('A-Za-z0-9!#$%&()*+./:<=>?@[]^_`{|}~-');
const cookies = byteSet('A-Za-z0-9!#$%&()*+./:<=>?@[]^_`{|}~; -');

export const authorization: readonly KeywordMatcher[] = [header, bearer, cookie];
