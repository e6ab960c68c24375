/*
 * A kubeconfig as it is written. Keys that clients put there for themselves (`namespace`, `preferences`, `extensions`) are left alone; what this
 * reader does not do is refused by name and never overlooked: an overlooked key would send requests another way than the person meant.
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { mistakeWords } from '../../../std/mistake-words.ts';

const IN_WORDS = { error: mistakeWords };

const text = z.string().min(1);
const base64 = text.transform((value, context) => {
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  if (decoded.includes('-----BEGIN ')) return decoded;
  context.addIssue({ code: 'custom', message: 'expected base64 of PEM' });
  return z.NEVER;
});
const refused = (why: string) => z.undefined(why).optional();

const cluster = z.looseObject({
  server: text.regex(/^https:\/\/[^/?#@]+(\/[^?#]*)?$/, 'expected `https://host:port`, with a path at most'),
  'certificate-authority': text.optional(),
  'certificate-authority-data': base64.optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text.optional(),
  'proxy-url': refused('a proxy is not supported: the gateway reaches its targets directly'),
});

const exec = z.looseObject({
  apiVersion: z.enum(
    ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'],
    'expected `client.authentication.k8s.io/v1` or `client.authentication.k8s.io/v1beta1`',
  ),
  command: text,
  args: z.array(z.string()).nullish(),
  env: z.array(z.looseObject({ name: text, value: z.string() })).nullish(),
  installHint: z.string().optional(),
  provideClusterInfo: z.boolean().optional(),
  interactiveMode: z
    .enum(['Never', 'IfAvailable'], 'expected `Never` or `IfAvailable`: a gateway has no terminal to ask at')
    .optional(),
});

const user = z.looseObject({
  'client-certificate': text.optional(),
  'client-certificate-data': base64.optional(),
  'client-key': text.optional(),
  'client-key-data': base64.optional(),
  token: text.optional(),
  tokenFile: text.optional(),
  exec: exec.optional(),
  'auth-provider': refused('auth providers are not supported, and no longer by kubectl either: use an exec plugin'),
  username: refused('a user name and password are not supported, and no longer by the API server either'),
  password: refused('a user name and password are not supported, and no longer by the API server either'),
  as: refused('impersonation belongs to the gateway, which names each caller'),
  'as-uid': refused('impersonation belongs to the gateway, which names each caller'),
  'as-groups': refused('impersonation belongs to the gateway, which names each caller'),
  'as-user-extra': refused('impersonation belongs to the gateway, which names each caller'),
});

export type ClusterEntry = z.infer<typeof cluster>;
export type UserEntry = z.infer<typeof user>;
export type ExecEntry = z.infer<typeof exec>;

const skeleton = z.looseObject({
  'current-context': z.string().optional(),
  clusters: z.array(z.looseObject({ name: text, cluster: z.unknown() })).nullish(),
  contexts: z.array(z.looseObject({ name: text, context: z.unknown() })).nullish(),
  users: z.array(z.looseObject({ name: text, user: z.unknown() })).nullish(),
});

const contextEntry = z.looseObject({ cluster: text, user: text });

/** A kubeconfig cannot be used; every mistake on a line of its own, with file and field. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';

  constructor(file: string, mistakes: readonly string[]) {
    super(mistakes.map((mistake) => `${file}: ${mistake}`).join('\n'));
  }
}

/** What one context of a kubeconfig leads to. */
export interface ContextEntries {
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
  /** Where the two stand in the document, for what is found wrong with them later. */
  readonly clusterPath: string;
  readonly userPath: string;
}

/**
 * The cluster and user of a context, the current one where none is named. Other contexts may be wrong: they are not looked at.
 *
 * @throws {KubeconfigError} the text is no kubeconfig, the context is not in it, or what it leads to cannot be used
 */
export function readContext(file: string, yaml: string, contextName: string | undefined): ContextEntries {
  const document = parseDocument(yaml);
  if (document.errors.length > 0) {
    throw new KubeconfigError(
      file,
      document.errors.map((error) => (error.message.split('\n')[0] ?? '').replace(/:$/, '')),
    );
  }
  const parsed = skeleton.safeParse(document.toJS({ maxAliasCount: 0 }), IN_WORDS);
  if (!parsed.success) throw new KubeconfigError(file, issues('', parsed.error));
  const { 'current-context': current = '', clusters, contexts, users } = parsed.data;
  const name = contextName ?? current;
  if (name === '') throw new KubeconfigError(file, ['current-context: there is none, and no context was named']);
  const contextAt = find(file, 'contexts', contexts, name);
  const context = contextEntry.safeParse(contextAt.entry.context, IN_WORDS);
  if (!context.success) throw new KubeconfigError(file, issues(`contexts[${contextAt.index}].context`, context.error));
  const clusterAt = find(file, 'clusters', clusters, context.data.cluster);
  const userAt = find(file, 'users', users, context.data.user);
  const clusterPath = `clusters[${clusterAt.index}].cluster`;
  const userPath = `users[${userAt.index}].user`;
  const clusterParsed = cluster.safeParse(clusterAt.entry.cluster, IN_WORDS);
  const userParsed = user.safeParse(userAt.entry.user ?? {}, IN_WORDS);
  if (clusterParsed.success && userParsed.success) {
    return { cluster: clusterParsed.data, user: userParsed.data, clusterPath, userPath };
  }
  throw new KubeconfigError(file, [
    ...(clusterParsed.error === undefined ? [] : issues(clusterPath, clusterParsed.error)),
    ...(userParsed.error === undefined ? [] : issues(userPath, userParsed.error)),
  ]);
}

function find<Entry extends { readonly name: string }>(
  file: string,
  list: string,
  entriesOf: readonly Entry[] | null | undefined,
  name: string,
): { readonly index: number; readonly entry: Entry } {
  const index = (entriesOf ?? []).findIndex((entry) => entry.name === name);
  const entry = entriesOf?.[index];
  if (entry === undefined) {
    const known = (entriesOf ?? []).map((other) => `\`${other.name}\``).join(', ');
    throw new KubeconfigError(file, [`${list}: there is no \`${name}\`${known === '' ? '' : `, only ${known}`}`]);
  }
  return { index, entry };
}

/** Each mistake with its field. What stands in the field is never shown: it may be a credential. */
function issues(at: string, error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => {
    const field = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
    return `${`${at}${field}`.replace(/^\./, '')}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  });
}
