/*
 * The exec credential plugin: kubectl and every client-go program run it to get the caller's own short-lived token, which therefore stands in no
 * kubeconfig. It gets a token from where the caller's environment keeps one, and prints it in the form that clients expect; it stores nothing.
 */
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { isTrustedUrl } from '../std/trusted-url.ts';
import { CliError } from './cli-error.ts';
import { escapeControl } from './escape-control.ts';

/** Where a caller's token comes from; exactly one of the groups is given. */
export interface TokenSource {
  readonly tokenFile?: string;
  readonly tokenEnv?: string;
  readonly githubActions?: boolean;
  readonly tokenUrl?: string;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly audience?: string;
  readonly scope?: string;
}

/** The versions of the interface between a client and its credential plugin, the newest first. */
export const EXEC_APIS = ['v1', 'v1beta1'] as const;
export type ExecApi = (typeof EXEC_APIS)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** Limit: how long an issuer may take to answer. */
const ISSUER_TIMEOUT_MS = 10_000;

/** Limit: the longest answer of an issuer. */
const ANSWER_CHARACTERS_MAX = 1024 * 1024;

/** `sallyport token`. */
export function tokenCommand(env: Environment): Command {
  const command = new Command('token').addHelpText(
    'after',
    '\nExactly one of --token-file, --token-env, --github-actions and --token-url is needed.',
  );
  const execApi = new Option('--exec-api <version>', 'version of the answer; what the kubeconfig names')
    .choices(EXEC_APIS)
    .default('v1');
  return withTokenOptions(command.addOption(execApi)).action(async (options: TokenSource & { execApi: ExecApi }) => {
    process.stdout.write(`${JSON.stringify(execCredential(await fetchToken(options, env), options.execApi))}\n`);
  });
}

/** Adds the options that name a token source; `sallyport kubeconfig` has the same ones. */
export function withTokenOptions(command: Command): Command {
  return command
    .addOption(new Option('--token-file <file>', 'read the token from a file, as Kubernetes projects it'))
    .addOption(new Option('--token-env <name>', 'read the token from an environment variable, as CI systems set it'))
    .addOption(new Option('--github-actions', 'ask GitHub Actions for its workload token'))
    .addOption(new Option('--token-url <url>', 'ask an OAuth 2.0 token endpoint, by client credentials'))
    .addOption(new Option('--client-id <id>', 'client id for --token-url'))
    .addOption(new Option('--client-secret-file <file>', 'file that holds the client secret for --token-url'))
    .addOption(new Option('--audience <audience>', 'audience to ask for'))
    .addOption(new Option('--scope <scope>', 'scope to ask for, with --token-url'));
}

/**
 * The token of the source.
 *
 * @throws {CliError} none or several sources are named, or the one that is has no token
 */
export async function fetchToken(source: TokenSource, env: Environment): Promise<string> {
  assertOneSource(source);
  if (source.tokenFile !== undefined)
    return checked(await readSecretFile(source.tokenFile), `file \`${source.tokenFile}\``);
  if (source.tokenEnv !== undefined)
    return checked(env[source.tokenEnv] ?? '', `environment variable \`${source.tokenEnv}\``);
  if (source.githubActions) return checked(await githubToken(source, env), 'GitHub Actions');
  return checked(await clientCredentialsToken(source), `\`${source.tokenUrl}\``);
}

/** @throws {CliError} */
export function assertOneSource(source: TokenSource): void {
  const named = [source.tokenFile, source.tokenEnv, source.githubActions, source.tokenUrl].filter(
    (value) => value !== undefined,
  );
  if (named.length !== 1)
    throw new CliError('name one source of the token: --token-file, --token-env, --github-actions or --token-url');
  if (source.tokenUrl !== undefined && (source.clientId === undefined || source.clientSecretFile === undefined)) {
    throw new CliError('--token-url needs --client-id and --client-secret-file');
  }
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { fileTrouble } = await import('../std/file-trouble.ts');
    throw new CliError(`file \`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
}

async function githubToken(source: TokenSource, env: Environment): Promise<string> {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const bearer = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (url === undefined || bearer === undefined)
    throw new CliError('GitHub Actions offers no token here: give the job `permissions: id-token: write`');
  const asked = new URL(url);
  if (source.audience !== undefined) asked.searchParams.set('audience', source.audience);
  const { status, answer } = await fetchJson(asked.href, { headers: { authorization: `Bearer ${bearer}` } });
  if (status !== 200) throw new CliError(`\`${asked.origin}\` answered ${status} and no token`);
  return String(answer.value ?? '');
}

/**
 * By client credentials: the client presents itself in the header first, which every server must take, and where that is refused in the form,
 * which is all that some clients are registered for.
 *
 * Source: RFC 6749, 2.3.1 and 4.4; RFC 8707, 2, for `resource`; `audience` is what servers that know no `resource` ask for.
 */
async function clientCredentialsToken(source: TokenSource): Promise<string> {
  const [url, id] = [source.tokenUrl as string, source.clientId as string];
  const secret = (await readSecretFile(source.clientSecretFile as string)).trim();
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (source.scope !== undefined) form.set('scope', source.scope);
  if (source.audience !== undefined) form.set('audience', source.audience);
  if (source.audience !== undefined && URL.canParse(source.audience)) form.set('resource', source.audience);
  const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
  const post = (headers: Record<string, string>) =>
    fetchJson(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: form.toString(),
    });
  let { status, answer } = await post({ authorization: `Basic ${basic}` });
  if (status === 400 || status === 401) {
    form.set('client_id', id);
    form.set('client_secret', secret);
    ({ status, answer } = await post({}));
  }
  if (status === 200) return String(answer.access_token ?? answer.id_token ?? '');
  const why = answer.error_description ?? answer.error;
  throw new CliError(
    `\`${new URL(url).origin}\` answered ${status} and no token${typeof why === 'string' ? `: ${escapeControl(why)}` : ''}`,
  );
}

async function fetchJson(
  url: string,
  options: Parameters<typeof import('../std/http-client.ts').request>[1],
): Promise<{ readonly status: number; readonly answer: Record<string, unknown> }> {
  if (!URL.canParse(url)) throw new CliError(`\`${url}\` is no URL`);
  if (!isTrustedUrl(url))
    throw new CliError(`\`${url}\` is neither https nor on loopback: the token would be seen on the way`);
  const { request } = await import('../std/http-client.ts'); // not for a token from a file, which every kubectl command reads
  const { origin } = new URL(url);
  try {
    const signal = AbortSignal.timeout(ISSUER_TIMEOUT_MS);
    const { statusCode, body } = await request(url, { ...options, signal });
    let text = '';
    for await (const chunk of body.setEncoding('utf8')) {
      text += String(chunk);
      if (text.length > ANSWER_CHARACTERS_MAX) throw new Error('its answer is too long');
    }
    return { status: statusCode, answer: jsonObject(text) };
  } catch (error) {
    throw new CliError(`\`${origin}\` cannot be asked for a token: ${(error as Error).message}`);
  }
}

/** The object that a JSON text holds; an empty one where it holds none: what is missing in it is told by who looks for it. */
function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function checked(text: string, where: string): string {
  const token = text.trim();
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token) || Object.keys(claimsOf(token)).length === 0)
    throw new CliError(`${where} holds no JSON Web Token`);
  return token;
}

/** What the token says; nothing of it is believed here, the gateway checks it. */
function claimsOf(token: string): Record<string, unknown> {
  return jsonObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
function execCredential(token: string, version: ExecApi): unknown {
  const { exp } = claimsOf(token);
  const ends = typeof exp === 'number' ? { expirationTimestamp: new Date(exp * 1000).toISOString() } : {};
  return { apiVersion: `client.authentication.k8s.io/${version}`, kind: 'ExecCredential', status: { token, ...ends } };
}
