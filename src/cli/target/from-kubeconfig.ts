import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { TargetAdd } from '../../control/targets/target-contract.ts';
import { fileTrouble } from '../../std/file-trouble.ts';
import { CliError } from '../cli-error.ts';

/** What a target is registered with. */
type GivenWay = Pick<TargetAdd, 'server' | 'credential'>;

interface Named<Entry> {
  readonly name?: string;
  readonly cluster?: Entry;
  readonly context?: Entry;
  readonly user?: Entry;
}
type Entry = Readonly<Record<string, unknown>>;

/**
 * The server, authority and credential of a kubeconfig's context, by value. A plugin, a password and an unchecked certificate are refused: the gateway could not use them.
 *
 * @throws {CliError} it cannot be read or used
 */
export function fromKubeconfig(file: string, contextName: string | undefined): GivenWay {
  const document = parse(readText(file)) as Readonly<
    Record<string, readonly Named<Entry>[] | string | undefined>
  > | null;
  const name = contextName ?? text(document?.['current-context']);
  const context = entry(document?.contexts, name, 'context', file).context ?? {};
  const cluster = entry(document?.clusters, text(context['cluster']), 'cluster', file).cluster ?? {};
  const user = entry(document?.users, text(context['user']), 'user', file).user ?? {};
  if (cluster['insecure-skip-tls-verify'] === true || cluster['proxy-url'] !== undefined)
    throw new CliError(`${file}: a target by API has no unchecked certificate and no proxy`);
  const textIn = (from: Entry, field: string) => {
    const data = text(from[`${field}-data`]);
    if (data !== undefined) return Buffer.from(data, 'base64').toString();
    const path = text(from[field]);
    return path === undefined ? undefined : readText(resolve(dirname(file), path));
  };
  const [ca, certificate, key] = [
    textIn(cluster, 'certificate-authority'),
    textIn(user, 'client-certificate'),
    textIn(user, 'client-key'),
  ];
  const tlsServerName = text(cluster['tls-server-name']);
  const tokenFile = text(user['tokenFile']);
  const token = tokenFile === undefined ? text(user['token']) : readText(resolve(dirname(file), tokenFile)).trim();
  if (token === undefined && (certificate === undefined || key === undefined))
    throw new CliError(
      `${file}: user \`${text(context['user'])}\` has neither a token nor a client certificate; a plugin cannot be stored`,
    );
  return {
    server: {
      url: text(cluster['server']) ?? '',
      ...(ca === undefined ? {} : { ca }),
      ...(tlsServerName === undefined ? {} : { tlsServerName }),
    },
    credential:
      token === undefined
        ? { clientCertificate: { certificate: certificate as string, key: key as string } }
        : { token },
  };
}

function entry(list: unknown, name: string | undefined, kind: string, file: string): Named<Entry> {
  const found = Array.isArray(list) ? (list as readonly Named<Entry>[]).find((each) => each.name === name) : undefined;
  if (found === undefined) throw new CliError(`${file} has no ${kind} \`${name ?? ''}\``);
  return found;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws {CliError} */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`file \`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
}
