import { readFile } from 'node:fs/promises';
import { Refusal } from '../../../model/refusal.ts';
import type { Clock } from '../../../std/clock.ts';
import { Credential, type CredentialSource } from './credential.ts';

/** How long a token that was read is used before the file is looked at again: projected tokens are replaced long before they end. */
const READ_AGAIN_AFTER_MS = 60_000;

/** Limit: a token file larger than this is not a token. */
const TOKEN_BYTES_MAX = 64 * 1024;

/**
 * A bearer token that stands in a file, as Kubernetes projects it; read again once a minute, and at once when upstream did not take it.
 *
 * @throws {Refusal} CREDENTIAL_UNAVAILABLE when the file cannot be read or holds no token
 */
export function tokenFileCredential({ file, clock }: { readonly file: string; readonly clock: Clock }): CredentialSource {
  let current: Credential | undefined;
  let token = '';
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    async current() {
      if (current !== undefined && clock.monotonic() - readAt < READ_AGAIN_AFTER_MS) return current;
      const found = await readToken(file);
      readAt = clock.monotonic();
      if (current === undefined || found !== token) current = new Credential({ token: found });
      token = found;
      return current;
    },
    invalidate(credential) {
      if (credential === current) readAt = Number.NEGATIVE_INFINITY;
    },
  };
}

async function readToken(file: string): Promise<string> {
  const text = await readFile(file, 'latin1').catch((cause: NodeJS.ErrnoException) => {
    throw unavailable(`the token file cannot be read: ${cause.code}`);
  });
  const token = text.trim();
  if (token === '' || token.length > TOKEN_BYTES_MAX || /[^!-~]/.test(token)) throw unavailable('the token file holds no token');
  return token;
}

function unavailable(detail: string): Refusal {
  return new Refusal('CREDENTIAL_UNAVAILABLE', 'the credential for the target cannot be had, so nothing was sent', { detail, retryAfterSeconds: 5 });
}
