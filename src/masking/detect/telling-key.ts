/**
 * Whether a name says that its value is secret, or each of several (`tokens`, `apiKeys`, `unseal_keys_b64`), where it looks so. Not for a value of which the name alone decides: there
 * `MAX_TOKENS` would hide a number.
 */
export function isTellingKey(name: string): boolean {
  return isTellingName(name) || (several.test(name) && isTellingName(name.replace(several, '$1')));
}

/** The `s` of several, at the end or before the form in which each is written. */
const several = /s((?:[_.-](?:b64|base64|hex))?)$/i;

/**
 * Whether a name says that each of the values below it is secret, whatever it is called there: `passwords`, `tokens`, `apiKeys`. `secrets` and `credentials` do not: there stands what describes
 * them, too.
 */
export function tellsOfEach(name: string): boolean {
  return (
    /(?:passwords|passwds|passphrases|passcodes|tokens|keys)(?:[_.-](?:b64|base64|hex))?$/i.test(name) &&
    isTellingKey(name)
  );
}

/** Whether a name, among those of several that are secret, is of what describes them: `id`, `userName`, `expiresAt`, `sha256`. */
export function isDescribing(name: string): boolean {
  const words = wordsOf(name);
  return describing.has(words.at(-1) ?? '') || words.some((word) => harmless.has(word));
}

const describing: ReadonlySet<string> = new Set([
  ...[
    'id',
    'ids',
    'uid',
    'kid',
    'name',
    'names',
    'user',
    'username',
    'email',
    'owner',
    'subject',
    'issuer',
    'audience',
  ],
  ...['scope', 'host', 'url', 'uri', 'path', 'file', 'version', 'ref', 'type', 'kind', 'alg', 'algorithm', 'namespace'],
  ...['at', 'date', 'time', 'expiry', 'expires', 'expiration', 'created', 'updated', 'label', 'description', 'comment'],
]);

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

/** Whether a name says that the `value` beside it is secret: also that of a header by which a caller shows who it is. */
export function isTellingPair(name: string): boolean {
  return isTellingName(name) || /^(?:proxy-)?authorization$/i.test(name);
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
  if (tellingWords.has(last)) return true;
  const compound = compoundWord.exec(last);
  if (compound !== null) return !harmless.has((harmlessEnd.exec(compound[1] as string) ?? [''])[0]);
  if (KEYS_OF.has(last.endsWith('key') ? last.slice(0, -'key'.length) : '')) return true;
  if (words.length === 1) return false;
  const before = words.at(-2) as string;
  return lastOf.get(last)?.has(before) === true;
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
  ...['pwd', 'pswd', 'pass', 'secret', 'token', 'cred', 'creds', 'credential', 'credentials', 'psk', 'salt'],
  ...['mysqlpwd', 'sshpass', 'keypass', 'storepass', 'dbpass', 'userpass', 'rootpass', 'adminpass'],
  ...['rootpw', 'bindpw', 'dbpw', 'passkey', 'requirepass', 'pgpass'],
]);

/** Also where what it is of is written as one word with it: `redispassword`, `PGPASSWORD`, `clientsecret`, `refreshtoken`; not where that is public (`pagetoken`). */
const compoundWord = /^(.*)(?:password|passwd|passphrase|passcode|passwort|secret|token)$/;
const harmlessEnd = /(?:page|next|continue|continuation|sync|cancellation|pagination|resume|cursor|public)$/;

/** What a `key` is of where it is secret: a `key` alone, a primary or a cache key is not. */
export const KEYS_OF: ReadonlySet<string> = new Set([
  ...['api', 'access', 'secret', 'private', 'priv', 'auth', 'account', 'bearer', 'consumer', 'admin', 'root', 'master'],
  ...['encryption', 'encrypt', 'decryption', 'decrypt', 'cipher', 'crypto', 'aes', 'fernet', 'signing', 'sign', 'hmac'],
  ...['unseal', 'seal', 'recovery', 'wrapping', 'gossip', 'join', 'shared', 'storage', 'database'],
  ...['app', 'application', 'service', 'session', 'cookie', 'jwt', 'license', 'webhook', 'deploy', 'sdk', 'functions'],
  ...['subscription', 'integration', 'instrumentation', 'ingest', 'ingestion', 'write'],
]);

/** Words that tell behind others alone: a `pat` is a personal access token. */
const lastOf: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['key', KEYS_OF],
  ['cookie', new Set(['erlang'])],
  ['pw', new Set(['root', 'bind', 'db'])],
  ['pat', new Set(['github', 'gitlab', 'gh'])],
]);

/**
 * What of these is looked for in bytes, where that is less than the word: the more words begin in ways of their own, the more of a reply that holds none has to be looked at
 * (`test/masking/word-beginnings.test.ts` has a bound). What ends so and often stands before `key` is none: `tolerations`.
 */
const ends: ReadonlyMap<string, string> = new Map([
  ...['encryption', 'decryption', 'application', 'subscription', 'integration', 'instrumentation', 'ingestion'].map(
    (word) => [word, 'tion'] as const,
  ),
  ...['encrypt', 'decrypt'].map((word) => [word, 'crypt'] as const),
  ...([
    ['unseal', 'seal'],
    ['recovery', 'covery'],
    ['wrapping', 'pping'],
    ['gossip', 'ssip'],
    ['join', 'oin'],
    ['consumer', 'umer'],
    ['cipher', 'pher'],
    ['functions', 'unctions'],
    ['ingest', 'gest'],
  ] as const),
]);

/** What stands before the word `key` in each name of which it is what tells, right before it or with anything between that is neither letter nor digit. */
export const KEY_OF: readonly string[] = [...new Set([...KEYS_OF].map((word) => ends.get(word) ?? word)), 'pass'];

/** In lower case, what stands in each name that tells otherwise; and in names that do not. */
export const TOLD_BY: readonly string[] = [
  ...['pass', 'pwd', 'pswd', 'secret', 'token', 'cred', 'psk', 'salt', 'erlang'],
  ...['rootpw', 'ndpw', 'dbpw', 'db_pw', 'github_pat', 'gitlab_pat', 'gh_pat'],
];

const trailing: ReadonlySet<string> = new Set([
  ...[
    'value',
    'b64',
    'base64',
    'hex',
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
