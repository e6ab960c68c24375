import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { Clock } from '../../../std/clock.ts';
import { fileTrouble } from '../../../std/file-trouble.ts';
import type { CredentialSource } from './credential.ts';
import { execCredential } from './exec-credential.ts';
import { fileCredential } from './file-credential.ts';
import {
  type ClusterEntry,
  type ContextEntries,
  KubeconfigError,
  readContext,
  type UserEntry,
} from './kubeconfig-document.ts';

export interface KubeconfigOptions {
  readonly file: string;
  /** The current one where absent. */
  readonly context?: string;
  readonly clock: Clock;
  /** What exec plugins find in their environment, beside their own entries. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes `insecure-skip-tls-verify` at its word; only ever set under `unsafe:`. */
  readonly isUncheckedCertificateAllowed?: boolean;
}

/** How a kubeconfig's context reaches its API server. */
export interface KubeconfigReach {
  readonly server: string;
  readonly caPem?: string;
  readonly tlsServerName?: string;
  readonly isCertificateUnchecked?: boolean;
  readonly credentials: CredentialSource;
  /** Another one wherever the file, or the authority's, says anything else. */
  readonly digest: string;
}

/**
 * The server, authority and credentials of a context. Certificates and tokens in files are read again as they change; exec plugins run when a
 * credential is first needed. Relative paths are relative to the kubeconfig.
 *
 * @throws {KubeconfigError} it cannot be read or used: each mistake with file and field, and nothing of what stands there
 */
export function readKubeconfig(options: KubeconfigOptions): KubeconfigReach {
  const { file } = options;
  const text = readText(file, file);
  const entries = readContext(file, text, options.context);
  const { cluster } = entries;
  const caPem = authority(file, entries);
  const isUnchecked = cluster['insecure-skip-tls-verify'] === true;
  if (isUnchecked && options.isUncheckedCertificateAllowed !== true) {
    throw new KubeconfigError(file, [
      `${entries.clusterPath}.insecure-skip-tls-verify: the server’s certificate would not be checked: give its authority in \`certificate-authority\``,
    ]);
  }
  return {
    server: cluster.server,
    ...(caPem === undefined ? {} : { caPem }),
    ...(cluster['tls-server-name'] === undefined ? {} : { tlsServerName: cluster['tls-server-name'] }),
    ...(isUnchecked ? { isCertificateUnchecked: true } : {}),
    credentials: credentialsOf(options, entries, caPem),
    digest: hash('sha256', JSON.stringify([text, caPem])),
  };
}

function credentialsOf(
  options: KubeconfigOptions,
  entries: ContextEntries,
  caPem: string | undefined,
): CredentialSource {
  const { file, clock } = options;
  const { user, userPath } = entries;
  const has = (key: keyof UserEntry) => user[key] !== undefined;
  const hasCertificate = has('client-certificate') || has('client-certificate-data');
  const hasKey = has('client-key') || has('client-key-data');
  if (hasCertificate !== hasKey)
    throw new KubeconfigError(file, [`${userPath}: expected client certificate and key together`]);
  if (user.exec !== undefined) {
    if (hasCertificate || has('token') || has('tokenFile')) {
      throw new KubeconfigError(file, [`${userPath}: expected either \`exec\` or a token or client certificate`]);
    }
    const command = commandPath(file, user.exec.command);
    return execCredential({
      exec: { ...user.exec, command },
      cluster: clusterInfo(entries.cluster, caPem),
      environment: options.environment,
      clock,
    });
  }
  if (!hasCertificate && !has('token') && !has('tokenFile')) {
    throw new KubeconfigError(file, [
      `${userPath}: expected \`token\`, \`tokenFile\`, a client certificate or \`exec\``,
    ]);
  }
  return fileCredential(credentialFiles(file, user, clock));
}

function credentialFiles(file: string, user: UserEntry, clock: Clock): Parameters<typeof fileCredential>[0] {
  const path = (key: 'tokenFile' | 'client-certificate' | 'client-key') => {
    const value = user[key];
    return value === undefined ? undefined : resolve(dirname(file), value);
  };
  const [tokenFile, certificateFile, keyFile] = [path('tokenFile'), path('client-certificate'), path('client-key')];
  const certPem = user['client-certificate-data'] ?? readOptional(file, certificateFile);
  const keyPem = user['client-key-data'] ?? readOptional(file, keyFile);
  const isFromFiles = user['client-certificate-data'] === undefined && user['client-key-data'] === undefined;
  return {
    files: {
      ...(tokenFile === undefined ? {} : { tokenFile }),
      ...(isFromFiles && certificateFile !== undefined && keyFile !== undefined ? { certificateFile, keyFile } : {}),
    },
    fixed: {
      ...(user.token === undefined ? {} : { token: user.token }),
      ...(certPem === undefined || keyPem === undefined ? {} : { clientCertificate: { certPem, keyPem } }),
    },
    clock,
  };
}

function authority(file: string, { cluster }: ContextEntries): string | undefined {
  const path = cluster['certificate-authority'];
  return (
    cluster['certificate-authority-data'] ??
    readOptional(file, path === undefined ? undefined : resolve(dirname(file), path))
  );
}

/** Beside the kubeconfig where it is a path, and looked for in PATH where it is a name; as kubectl does it. */
function commandPath(file: string, command: string): string {
  return command.includes('/') && !isAbsolute(command) ? resolve(dirname(file), command) : command;
}

/** Source: `ExecCredential.spec.cluster`, https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
function clusterInfo(cluster: ClusterEntry, caPem: string | undefined): Readonly<Record<string, unknown>> {
  return {
    server: cluster.server,
    ...(cluster['tls-server-name'] === undefined ? {} : { 'tls-server-name': cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { 'insecure-skip-tls-verify': true } : {}),
    ...(caPem === undefined ? {} : { 'certificate-authority-data': Buffer.from(caPem).toString('base64') }),
    config: execConfig(cluster),
  };
}

/** What a cluster entry keeps for exec plugins, in the extension that is theirs. */
function execConfig(cluster: ClusterEntry): unknown {
  const { extensions } = cluster;
  if (!Array.isArray(extensions)) return null;
  return extensions.find((entry) => entry?.name === 'client.authentication.k8s.io/exec')?.extension ?? null;
}

function readOptional(file: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : readText(file, path);
}

function readText(file: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new KubeconfigError(file, [`\`${path}\` cannot be read: ${fileTrouble(error)}`]);
  }
}
