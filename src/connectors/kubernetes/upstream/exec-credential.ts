/*
 * Credentials from an exec plugin, as kubectl gets them: `aws eks get-token`, `gke-gcloud-auth-plugin`, `kubelogin`.
 * What a plugin prints on standard output goes nowhere but into the credential.
 */
import { type ExecException, execFile } from 'node:child_process';
import { z } from 'zod';
import type { Clock } from '../../../std/clock.ts';
import { Credential, type CredentialSource } from './credential.ts';
import type { ExecEntry } from './kubeconfig-document.ts';
import { renewedCredential } from './renewed-credential.ts';
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
/** The credential of an exec plugin, kept until shortly before it ends. */
export function execCredential(options: ExecCredentialOptions): CredentialSource {
  return renewedCredential({ make: () => runPlugin(options), what: 'the exec plugin ran', clock: options.clock });
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
