/**
 * Whether a name says that its value is secret, or each of several (`tokens`, `apiKeys`), where it looks so. Not for a value of which the name alone decides: there `MAX_TOKENS`
 * would hide a number.
 */
export function isTellingKey(name: string): boolean {
  return isTellingName(name) || (/s$/i.test(name) && isTellingName(name.slice(0, -1)));
}

/**
 * Whether a name says that its value is secret: `DB_PASSWORD`, `apiKey`, `client-secret`, `auth_token`.
 *
 * The last word decides, so that `secretName`, `tokenExpirationSeconds` and `password_file` say nothing; and where any word says that what is
 * meant is public or made from a secret (`checksum/secret`, `next_page_token`, `PublicKeyToken`), nothing is said either.
 */
export function isTellingName(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const isTelling = isJudgedTelling(name);
  if (judged.size < judgedMax && name.length <= judgedNameMax) judged.set(name, isTelling);
  return isTelling;
}

/** Names of fields and variables come again and again. Limit: so many are kept, and none that is longer. */
const judged = new Map<string, boolean>();
const judgedMax = 8_192;
const judgedNameMax = 64;

function isJudgedTelling(name: string): boolean {
  if (name.startsWith('/') || name === 'PWD' || name === 'OLDPWD') return false; // a file, and where a shell is
  const words = wordsOf(name);
  while (words.length > 1 && trailing.has(words.at(-1) as string)) words.pop();
  if (words.some((word) => harmless.has(word))) return false;
  const last = words.at(-1);
  if (last === undefined) return false;
  if (tellingWords.has(last) || passwordWord.test(last)) return true;
  return last === 'key' && words.length > 1 && keysOf.has(words.at(-2) as string);
}

/** The words of a name in lower case: `APIKeyV2` is api, key, v2; `DB_PASS` is db, pass. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

const tellingWords: ReadonlySet<string> = new Set([
  ...['pwd', 'pass', 'secret', 'token', 'credential', 'credentials'],
  ...[
    'apikey',
    'secretkey',
    'accesskey',
    'privatekey',
    'authkey',
    'authtoken',
    'accesstoken',
    'secrettoken',
    'bearertoken',
    'apitoken',
  ],
  ...['mysqlpwd', 'clientsecret', 'apisecret'],
]);

/** Also where what it is of is written as one word with it: `redispassword`, `PGPASSWORD`. */
const passwordWord = /(?:password|passwd|passphrase)$/;

/** What a `key` is of where it is secret: a `key` alone, a primary or a cache key is not. */
const keysOf: ReadonlySet<string> = new Set([
  ...[
    'api',
    'access',
    'secret',
    'private',
    'auth',
    'account',
    'encryption',
    'encrypt',
    'signing',
    'sign',
    'shared',
    'master',
  ],
  ...[
    'storage',
    'app',
    'application',
    'service',
    'hmac',
    'session',
    'cookie',
    'jwt',
    'license',
    'webhook',
    'admin',
    'deploy',
  ],
]);

/** What stands before the word `key` in each name of which it is what tells, right before it or with anything between that is neither letter nor digit. */
export const KEY_OF: readonly string[] = [
  ...new Set([
    ...keysOf,
    ...[...tellingWords].filter((word) => word.endsWith('key')).map((word) => word.slice(0, -'key'.length)),
  ]),
];

const trailing: ReadonlySet<string> = new Set([
  ...[
    'value',
    'b64',
    'base64',
    'plain',
    'raw',
    'old',
    'new',
    'current',
    'previous',
    'default',
    'prod',
    'dev',
    'test',
    'staging',
  ],
  ...['1', '2', '3', 'v1', 'v2', 'header', 'data', 'string'],
  'base', // Rails’ `SECRET_KEY_BASE`
]);

const harmless: ReadonlySet<string> = new Set([
  ...['checksum', 'hash', 'sha', 'sha1', 'sha256', 'sha512', 'md5', 'digest', 'fingerprint', 'etag', 'thumbprint'],
  ...[
    'public',
    'pub',
    'page',
    'next',
    'continue',
    'continuation',
    'sync',
    'cancellation',
    'pagination',
    'resume',
    'cursor',
    'marker',
  ],
]);
