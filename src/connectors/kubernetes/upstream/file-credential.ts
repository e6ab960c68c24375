import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../../std/clock.ts';
import { Credential, type CredentialParts, type CredentialSource } from './credential.ts';
import { credentialUnavailable } from './unavailable.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Files that a credential is read from; each is read whole. */
export interface CredentialFiles {
  readonly tokenFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
}

export interface FileCredentialOptions {
  readonly files: CredentialFiles;
  /** What does not come from a file. */
  readonly fixed?: CredentialParts;
  readonly clock: Clock;
}

/** How old what was read may be: projected tokens are replaced an hour before they end, so a minute is soon enough. */
const READ_AGAIN_MS = 60_000;

/** Limit: a token that HTTP could not carry, or that is longer, is none. */
const TOKEN = /^[!-~]{1,16384}$/;

/**
 * A credential in files, read again every minute, and at once after upstream did not take it. A file that cannot be read leaves the
 * credential that was read before in force; before the first, the credential cannot be had.
 */
export function fileCredential({ files, fixed, clock }: FileCredentialOptions): CredentialSource {
  let current: { readonly credential: Credential; readonly parts: CredentialParts } | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const read = async () => {
    readAtMs = clock.monotonic();
    const parts = { ...fixed, ...(await readParts(files)) };
    if (current !== undefined) assertPair(parts);
    // One value as long as the files say the same: connections are kept by it.
    if (JSON.stringify(parts) !== JSON.stringify(current?.parts))
      current = { credential: new Credential(parts), parts };
  };
  return {
    async current(signal) {
      if (clock.monotonic() - readAtMs >= READ_AGAIN_MS || current === undefined) {
        reading ??= read().finally(() => {
          reading = undefined;
        });
      }
      const failure = reading && (await unlessAborted(reading, signal, givenUp).then(() => undefined, asIs));
      if (current === undefined)
        throw credentialUnavailable(failure instanceof Error ? failure.message : 'a file cannot be read');
      return current.credential;
    },
    invalidate(credential) {
      if (credential === current?.credential) readAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** A file may lie where it takes long to be read. */
function givenUp(): Error {
  return new Error('given up while a file was read');
}

function asIs(error: unknown): unknown {
  return error;
}

/** Of two files that are written one after the other, the second may not have come yet; what is in force is one pair. */
function assertPair({ clientCertificate }: CredentialParts): void {
  if (clientCertificate === undefined) return;
  const { certPem, keyPem } = clientCertificate;
  if (!new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem)))
    throw new Error('the client certificate and its key are no pair');
}

async function readParts({ tokenFile, certificateFile, keyFile }: CredentialFiles): Promise<CredentialParts> {
  const token = tokenFile === undefined ? undefined : (await readFile(tokenFile, 'utf8')).trim();
  if (token !== undefined && !TOKEN.test(token)) throw new Error(`${tokenFile} holds no token`);
  if (certificateFile === undefined || keyFile === undefined) return token === undefined ? {} : { token };
  const [certPem, keyPem] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { ...(token === undefined ? {} : { token }), clientCertificate: { certPem, keyPem } };
}
