/*
 * The public keys of one issuer: fetched once, refreshed when an unknown key id turns up, and kept while the issuer is down.
 *
 * jose's own remote set forgets its keys when they grow old and the issuer is away; whoever is known to be valid must not be locked out by
 * that, so the last good set stays in force here, for a named time.
 */
import { readFile } from 'node:fs/promises';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { JWKSNoMatchingKey } from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { Agent, request } from 'undici';
import { Refusal } from '../model/refusal.ts';
import type { Clock } from '../std/clock.ts';
import { isTrustedUrl } from '../std/trusted-url.ts';
import type { Issuer } from './issuer.ts';

/** Limits of key sets. */
export const KEY_LIMITS = Object.freeze({
  /** Keys are fetched anew in the background once they are older. */
  keysFreshMs: 10 * 60_000,
  /** Keys older than this are no longer believed when the issuer stays away. */
  keysStaleMaxMs: 24 * 3_600_000,
  /** Between two fetches, however many unknown key ids turn up. */
  refreshMinMs: 10_000,
  /** How long an issuer may take to answer. */
  fetchTimeoutMs: 5_000,
  /** The largest document that is read from an issuer. */
  documentBytesMax: 1024 * 1024,
});

interface KeySet {
  readonly find: JWTVerifyGetKey;
  readonly fetchedAt: number;
}

/**
 * A key finder for jose.
 *
 * @throws {Refusal} ISSUER_UNAVAILABLE no keys could be fetched, or those at hand are too old to be believed
 */
export function issuerKeys(issuer: Issuer, clock: Clock): JWTVerifyGetKey {
  const dispatcher = new Agent({ connect: issuer.caPem === undefined ? {} : { ca: issuer.caPem } });
  let keys: KeySet | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  const refresh = (): Promise<void> => {
    fetching ??= (async () => {
      triedAt = clock.monotonic();
      const found =
        issuer.keys.from === 'file'
          ? JSON.parse(await readFile(issuer.keys.file, 'utf8'))
          : await fetchKeys(issuer, dispatcher);
      keys = { find: createLocalJWKSet(found as JSONWebKeySet), fetchedAt: clock.monotonic() };
    })().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  const mayRefresh = () => clock.monotonic() - triedAt >= KEY_LIMITS.refreshMinMs;

  return async (header, token) => {
    const ageMs = keys === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() - keys.fetchedAt;
    if (ageMs > KEY_LIMITS.keysStaleMaxMs)
      await (mayRefresh() || fetching ? refresh() : Promise.reject(new Error('asked a moment ago'))).catch(
        unavailable(issuer),
      );
    else if (ageMs > KEY_LIMITS.keysFreshMs && mayRefresh()) refresh().catch(() => {});
    try {
      return await (keys as KeySet).find(header, token);
    } catch (error) {
      if (!(error instanceof JWKSNoMatchingKey) || !(mayRefresh() || fetching)) throw error;
      await refresh().catch(unavailable(issuer));
      return (keys as KeySet).find(header, token);
    }
  };
}

function unavailable(issuer: Issuer): (cause: unknown) => never {
  return (cause) => {
    throw new Refusal('ISSUER_UNAVAILABLE', `the keys of issuer \`${issuer.name}\` cannot be fetched`, {
      cause,
      detail: String(cause),
      retryAfterSeconds: 10,
    });
  };
}

async function fetchKeys(issuer: Issuer, dispatcher: Agent): Promise<unknown> {
  if (issuer.keys.from === 'url') return fetchJson(issuer.keys.url, dispatcher);
  const document = await fetchJson(`${issuer.url.replace(/\/$/, '')}/.well-known/openid-configuration`, dispatcher);
  const { issuer: named, jwks_uri: url } = document as { issuer?: unknown; jwks_uri?: unknown };
  if (named !== issuer.url) throw new Error(`discovery names another issuer: ${String(named)}`);
  if (typeof url !== 'string' || !isTrustedUrl(url))
    throw new Error(`discovery names keys at ${String(url)}, which is not https`);
  return fetchJson(url, dispatcher);
}

async function fetchJson(url: string, dispatcher: Agent): Promise<unknown> {
  const { statusCode, body } = await request(url, {
    dispatcher,
    signal: AbortSignal.timeout(KEY_LIMITS.fetchTimeoutMs),
    headers: { accept: 'application/json' },
  });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`${url} answered ${statusCode}`);
  }
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) {
    text += chunk;
    if (text.length > KEY_LIMITS.documentBytesMax)
      throw new Error(`${url} answered with more than ${KEY_LIMITS.documentBytesMax} bytes`);
  }
  return JSON.parse(text);
}
