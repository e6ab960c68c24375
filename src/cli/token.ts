/*
 * The exec credential plugin: kubectl and every client-go program run it to get the caller's own short-lived token, which therefore stands in no
 * kubeconfig. It gets a token from where the caller's environment keeps one, and prints it in the form that clients expect; it stores nothing.
 */
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { isTrustedUrl } from '../std/trusted-url.ts';
import { CliError } from './cli-error.ts';

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

type Environment = Readonly<Record<string, string | undefined>>;

/** Limit: how long an issuer may take to answer. */
const ISSUER_TIMEOUT_MS = 10_000;

/** `sallyport token`. */
export function tokenCommand(env: Environment): Command {
  const command = new Command('token')
    .description(
      'print the caller’s token as an ExecCredential: the credential plugin that `sallyport kubeconfig` names',
    )
    .addHelpText('after', '\nExactly one of --token-file, --token-env, --github-actions and --token-url is needed.');
  return withTokenOptions(command).action(async (options: TokenSource) => {
    process.stdout.write(`${JSON.stringify(execCredential(await fetchToken(options, env)))}\n`);
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
    throw new CliError(`file \`${file}\` cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

async function githubToken(source: TokenSource, env: Environment): Promise<string> {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const bearer = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (url === undefined || bearer === undefined)
    throw new CliError('GitHub Actions offers no token here: give the job `permissions: id-token: write`');
  const asked = source.audience === undefined ? url : `${url}&audience=${encodeURIComponent(source.audience)}`;
  const answer = await fetchJson(asked, { headers: { authorization: `Bearer ${bearer}` } });
  return String(answer.value ?? '');
}

async function clientCredentialsToken(source: TokenSource): Promise<string> {
  const secret = (await readSecretFile(source.clientSecretFile as string)).trim();
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (source.scope !== undefined) form.set('scope', source.scope);
  if (source.audience !== undefined) form.set('resource', source.audience);
  const basic = Buffer.from(`${encodeURIComponent(source.clientId as string)}:${encodeURIComponent(secret)}`).toString(
    'base64',
  );
  const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` };
  const answer = await fetchJson(source.tokenUrl as string, { method: 'POST', headers, body: form.toString() });
  return String(answer.access_token ?? answer.id_token ?? '');
}

async function fetchJson(
  url: string,
  options: Parameters<typeof import('undici').request>[1],
): Promise<Record<string, unknown>> {
  if (!isTrustedUrl(url))
    throw new CliError(`\`${url}\` is neither https nor on loopback: the token would be seen on the way`);
  const { request } = await import('undici'); // not for a token from a file, which every kubectl command reads
  const { statusCode, body } = await request(url, { ...options, signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS) }).catch(
    (error: Error) => {
      throw new CliError(`\`${new URL(url).origin}\` cannot be reached: ${error.message}`);
    },
  );
  if (statusCode !== 200) {
    await body.dump();
    throw new CliError(`\`${new URL(url).origin}\` answered ${statusCode} and no token`);
  }
  return (await body.json()) as Record<string, unknown>;
}

function checked(text: string, where: string): string {
  const token = text.trim();
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) throw new CliError(`${where} holds no JSON Web Token`);
  return token;
}

/** Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
function execCredential(token: string): unknown {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString());
  const { exp } = claims as { exp?: unknown };
  const ends = typeof exp === 'number' ? { expirationTimestamp: new Date(exp * 1000).toISOString() } : {};
  return { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token, ...ends } };
}
