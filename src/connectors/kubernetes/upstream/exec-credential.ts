/*
 * Credentials from an exec plugin, as kubectl gets them: `aws eks get-token`, `gke-gcloud-auth-plugin`, `kubelogin`.
 *
 * A plugin runs once for however many requests wait, and again before what it gave ends, so that no request waits for it in ordinary times. What it
 * prints on standard output goes nowhere but into the credential.
 */
import { type ExecException, execFile } from 'node:child_process';
import { z } from 'zod';
import type { Clock } from '../../../std/clock.ts';
import { Credential, type CredentialSource } from './credential.ts';
import type { ExecEntry } from './kubeconfig-document.ts';
import { credentialUnavailable } from './unavailable.ts';

export interface ExecCredentialOptions {
  /** With a command that is a name or an absolute path. */
  readonly exec: ExecEntry;
  /** What the plugin is told where it asks for it with `provideClusterInfo`. */
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** Limit: how long a plugin may run; those of clouds take seconds at most. */
const RUN_MS_MAX = 60_000;
/** Limit: what a plugin may print. */
const OUTPUT_BYTES_MAX = 1024 * 1024;
/** A credential that ends within this time is replaced while it is still used. */
const REFRESH_BEFORE_MS = 60_000;
/** After a plugin failed, how long others are told so without its being run again. */
const FAILURE_KEPT_MS = 2_000;
/** A credential younger than this is not doubted: upstream may have meant something behind it. */
const UNDOUBTED_MS = 10_000;

/** The credential of an exec plugin, kept until shortly before it ends. */
export function execCredential(options: ExecCredentialOptions): CredentialSource {
  const { clock } = options;
  let current: { readonly credential: Credential; readonly madeAtMs: number } | undefined;
  let failure: { readonly error: unknown; readonly atMs: number } | undefined;
  let running: Promise<Credential> | undefined;
  const refresh = () => {
    running ??= runPlugin(options)
      .then(
        (credential) => {
          failure = undefined;
          current = { credential, madeAtMs: clock.now() };
          return credential;
        },
        (error) => {
          failure = { error, atMs: clock.now() };
          throw error;
        },
      )
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return {
    async current(signal) {
      const now = clock.now();
      const leftMs = (current?.credential.endsAt ?? Number.POSITIVE_INFINITY) - now;
      const hasJustFailed = failure !== undefined && now - failure.atMs < FAILURE_KEPT_MS;
      if (current !== undefined && leftMs > 0) {
        if (leftMs < REFRESH_BEFORE_MS && !hasJustFailed) refresh().catch(() => {});
        return current.credential;
      }
      if (hasJustFailed && running === undefined) throw failure?.error;
      return unlessAborted(refresh(), signal);
    },
    invalidate(credential) {
      if (credential !== current?.credential || clock.now() - current.madeAtMs < UNDOUBTED_MS) return;
      current = undefined;
    },
  };
}

/** The plugin runs on for others; who has gone waits no longer. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(credentialUnavailable('given up while the exec plugin ran'));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    return undefined;
  });
}

function runPlugin({ exec, cluster, environment }: ExecCredentialOptions): Promise<Credential> {
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: { interactive: false, ...(exec.provideClusterInfo === true ? { cluster } : {}) },
  };
  const env = {
    ...environment,
    ...Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  const settings = {
    env,
    timeout: RUN_MS_MAX,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_BYTES_MAX,
    windowsHide: true,
  } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(exec.command, exec.args ?? [], settings, (error, stdout, stderr) => {
      if (error !== null) return reject(credentialUnavailable(failureOf(exec, error, stderr)));
      try {
        resolve(readCredential(exec, stdout));
      } catch (thrown) {
        reject(thrown);
      }
      return undefined;
    });
    // It may not read what it is not given.
    child.stdin?.on('error', () => {}).end();
  });
}

const answer = z.looseObject({
  kind: z.literal('ExecCredential'),
  apiVersion: z.string(),
  status: z.looseObject({
    token: z
      .string()
      .regex(/^[!-~]*$/)
      .optional(),
    clientCertificateData: z.string().includes('-----BEGIN ').optional(),
    clientKeyData: z.string().includes('-----BEGIN ').optional(),
    expirationTimestamp: z.iso.datetime({ offset: true }).nullish(),
  }),
});

/** Source: `ExecCredential`, https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
function readCredential(exec: ExecEntry, stdout: string): Credential {
  const bad = (why: string) => credentialUnavailable(`the exec plugin \`${exec.command}\` ${why}`);
  let printed: unknown;
  try {
    printed = JSON.parse(stdout);
  } catch {
    throw bad('printed no JSON');
  }
  const parsed = answer.safeParse(printed);
  if (!parsed.success)
    throw bad(`printed no ExecCredential: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
  if (parsed.data.apiVersion !== exec.apiVersion) throw bad(`printed another version than ${exec.apiVersion}`);
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = parsed.data.status;
  if ((clientCertificateData === undefined) !== (clientKeyData === undefined))
    throw bad('gave a client certificate or key alone');
  const hasToken = token !== undefined && token !== '';
  if (!hasToken && clientCertificateData === undefined) throw bad('gave neither a token nor a client certificate');
  return new Credential({
    ...(hasToken ? { token } : {}),
    ...(clientCertificateData === undefined || clientKeyData === undefined
      ? {}
      : { clientCertificate: { certPem: clientCertificateData, keyPem: clientKeyData } }),
    ...(expirationTimestamp == null ? {} : { endsAt: Date.parse(expirationTimestamp) }),
  });
}

/** What went wrong, for our log: its end on standard error, without anything that could be a token. */
function failureOf(exec: ExecEntry, error: ExecException, stderr: string): string {
  const name = `the exec plugin \`${exec.command}\``;
  if (error.code === 'ENOENT') {
    return `${name} is not there${exec.installHint === undefined ? '' : `: ${exec.installHint.trim()}`}`;
  }
  if (error.code === 'EACCES') return `${name} may not be run`;
  if (error.killed === true)
    return `${name} took longer than ${RUN_MS_MAX} ms or printed more than ${OUTPUT_BYTES_MAX} bytes`;
  const said = stderr
    .trim()
    .slice(-500)
    .replace(/[\w+/=.-]{24,}/g, '…');
  return `${name} ended with ${error.code ?? 'a signal'}${said === '' ? '' : `: ${said}`}`;
}
