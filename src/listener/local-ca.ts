/*
 * A certificate authority of one's own, for a gateway that was given no certificate. It is made at the first start and kept in one file; clients
 * trust it because the kubeconfig that the gateway writes for them says so. The certificate that clients are shown is made anew
 * before it ends.
 */
import { createPrivateKey, createPublicKey, randomUUID, X509Certificate } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../std/clock.ts';
import type { CertificatePair } from './certificates.ts';

/** A certificate authority that is ours. */
export interface LocalCa {
  /** What clients are to trust. */
  readonly caPem: string;
  /** A new certificate for these host names and addresses, with a new key. It ends in `SERVING_DAYS`. */
  certify(names: readonly string[]): Promise<CertificatePair>;
}

/** Names that a local gateway has whatever it is called. */
export const LOCAL_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1'];

const FILE = 'local-ca.pem';
const CA_DAYS = 3650;

/** How long a serving certificate is good for; it is renewed when a third of that is left. */
export const SERVING_DAYS = 30;

/**
 * The authority kept in `folder`, made there if there is none yet. Of two first starts at the same time, both get the one that was first.
 *
 * @throws {Error} the file is there and cannot be used, or others may read it. It is never replaced: clients trust what was in it.
 */
export async function openLocalCa(folder: string, clock: Clock): Promise<LocalCa> {
  const path = join(folder, FILE);
  const kept = (await readKept(path)) ?? (await makeAndKeep(folder, path, clock));
  const certificate = new X509Certificate(kept);
  const key = createPrivateKey(kept);
  if (!certificate.ca || !certificate.checkPrivateKey(key))
    throw unusable(path, 'its certificate and key do not belong together');
  if (certificate.validToDate.getTime() <= clock.now()) throw unusable(path, `it ended on ${certificate.validTo}`);
  const caPem = certificate.toString();
  const caKeyPem = key.export({ type: 'pkcs8', format: 'pem' }) as string;
  return {
    caPem,
    async certify(names) {
      const { makeServing } = await import('./x509.ts');
      return makeServing({ caPem, caKeyPem, names, notBefore: skewed(clock), notAfter: inDays(clock, SERVING_DAYS) });
    },
  };
}

/** When a serving certificate is due for a new one, in milliseconds since 1970. */
export function renewsAt({ certPem }: CertificatePair): number {
  const { validFromDate, validToDate } = new X509Certificate(certPem);
  const life = validToDate.getTime() - validFromDate.getTime();
  return validToDate.getTime() - life / 3;
}

/**
 * Keeps a listener's certificate of this authority new until the returned function is called.
 *
 * Looked at every hour, since a timer of weeks does not outlast a suspended machine.
 */
export function keepRenewed(
  ca: LocalCa,
  first: CertificatePair,
  names: readonly string[],
  options: {
    readonly clock: Clock;
    readonly onRenewed: (pair: CertificatePair) => void;
    readonly onFailure: (error: Error) => void;
    readonly pollMs?: number;
  },
): () => void {
  let current = first;
  const timer = setInterval(async () => {
    if (options.clock.now() < renewsAt(current)) return;
    try {
      current = await ca.certify(names);
      options.onRenewed(current);
    } catch (error) {
      options.onFailure(error as Error);
    }
  }, options.pollMs ?? 3_600_000).unref();
  return () => clearInterval(timer);
}

async function readKept(path: string): Promise<string | undefined> {
  const kept = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (kept === undefined) return undefined;
  if ((kept.mode & 0o077) !== 0) throw unusable(path, 'others than its owner may read it: `chmod 600` it');
  const text = await readFile(path, 'utf8');
  try {
    new X509Certificate(text);
    createPublicKey(createPrivateKey(text));
  } catch {
    throw unusable(path, 'it holds no certificate with its key');
  }
  return text;
}

/** Written beside its place and linked there, which fails where another was first: the file is whole or not there. */
async function makeAndKeep(folder: string, path: string, clock: Clock): Promise<string> {
  const { makeCa } = await import('./x509.ts');
  const { certPem, keyPem } = await makeCa({ notBefore: skewed(clock), notAfter: inDays(clock, CA_DAYS) });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${certPem}\n${keyPem}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const kept = await readKept(path);
  if (kept === undefined) throw unusable(path, 'it vanished while it was made');
  return kept;
}

/** Clocks of clients are not all right: five minutes are given. */
function skewed(clock: Clock): Date {
  return new Date(clock.now() - 300_000);
}

function inDays(clock: Clock, days: number): Date {
  return new Date(clock.now() + days * 86_400_000);
}

function unusable(path: string, why: string): Error {
  return new Error(`the local certificate authority in ${path} cannot be used: ${why}`);
}
