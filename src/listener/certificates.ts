/*
 * The certificate that the gateway shows: from files, read again when they change. Both files are looked at together, and a pair that cannot be
 * used (a half-written file, a key that belongs to another certificate, one that has ended) never replaces one that can.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { type Clock, systemClock } from '../std/clock.ts';

/** A certificate chain and its key, both PEM. */
export interface CertificatePair {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface CertificateFilesOptions {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** A new pair is there; it has been found usable. Where this throws, the one before stays. */
  readonly onChange: (pair: CertificatePair) => void;
  /** What is there now cannot be used; the pair in force stays. Told once for each content. */
  readonly onFailure: (error: Error) => void;
  /** How often the files are looked at where the system does not tell of changes (network file systems); 60 s by default. */
  readonly pollMs?: number;
  readonly clock?: Clock;
}

export interface CertificateFiles {
  /** The pair in force. */
  readonly current: CertificatePair;
  /** Why what the files hold now is not in force; undefined where it is. */
  readonly failure: string | undefined;
  close(): void;
}

/** Writers replace two files in turn: what happens within this time is looked at once. */
const SETTLE_MS = 200;

/**
 * The pair in two files, kept up to date until `close`.
 *
 * @throws {Error} the files cannot be read or used now: nothing is served without a certificate
 */
export async function watchCertificateFiles(options: CertificateFilesOptions): Promise<CertificateFiles> {
  const clock = options.clock ?? systemClock;
  let current = await readPair(options);
  checkPair(current, clock.now());
  let seen = current;
  let failure: string | undefined;
  const look = async () => {
    try {
      const pair = await readPair(options);
      if (isSame(pair, current)) failure = undefined;
      if (isSame(pair, seen)) return;
      seen = pair;
      checkPair(pair, clock.now());
      if (!isSame(pair, current)) options.onChange(pair);
      failure = undefined;
      current = pair;
    } catch (error) {
      failure = (error as Error).message;
      options.onFailure(error as Error);
    }
  };
  const stop = onChanges([options.certificateFile, options.keyFile], options.pollMs ?? 60_000, look);
  return {
    get current() {
      return current;
    },
    get failure() {
      return failure;
    },
    close: stop,
  };
}

/**
 * Holds a pair to be one that clients can be shown.
 *
 * @throws {Error} it is no certificate, its key is another's, it has ended, or TLS does not take it: a certificate behind it is damaged, or its key too weak
 */
export function checkPair({ certPem, keyPem }: CertificatePair, nowMs: number): void {
  const certificate = new X509Certificate(certPem);
  if (!certificate.checkPrivateKey(createPrivateKey(keyPem))) throw new Error('the key belongs to another certificate');
  if (certificate.validToDate.getTime() <= nowMs) throw new Error(`the certificate ended on ${certificate.validTo}`);
  createSecureContext({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' });
}

async function readPair({ certificateFile, keyFile }: CertificateFilesOptions): Promise<CertificatePair> {
  const [certPem, keyPem] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { certPem, keyPem };
}

function isSame(a: CertificatePair, b: CertificatePair): boolean {
  return a.certPem === b.certPem && a.keyPem === b.keyPem;
}

/** Calls `look`, one call at a time, when something changes in the folders of the files, and every `pollMs`. */
function onChanges(files: readonly string[], pollMs: number, look: () => Promise<void>): () => void {
  let settling: NodeJS.Timeout | undefined;
  let looking = Promise.resolve();
  const lookSoon = () => {
    settling ??= setTimeout(() => {
      settling = undefined;
      looking = looking.then(look);
    }, SETTLE_MS).unref();
  };
  // The folder, and not the file: Kubernetes and editors replace files, and a watch stays with what was replaced.
  const watchers = [...new Set(files.map(dirname))].map((folder) => watchFolder(folder, lookSoon));
  const poll = setInterval(lookSoon, pollMs).unref();
  return () => {
    clearInterval(poll);
    clearTimeout(settling);
    for (const watcher of watchers) watcher?.close();
  };
}

function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent).on('error', () => {});
  } catch {
    // The system has no more watches: the poll remains.
    return undefined;
  }
}
