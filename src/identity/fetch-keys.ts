import { readFile } from 'node:fs/promises';
import { Agent, request } from '../std/http-client.ts';
import { isTrustedUrl } from '../std/trusted-url.ts';
import type { Issuer } from './issuer.ts';

/** Limits of one fetch. */
export const FETCH_LIMITS = Object.freeze({
  /** How long an issuer may take to answer. */
  fetchTimeoutMs: 5_000,
  /** The largest document that is read from an issuer. */
  documentBytesMax: 1024 * 1024,
});

/**
 * A function that gets the issuer's key set as it is now: from its file, its URL, or where its discovery document says. The authority to trust is read
 * anew each time, so that a rotated one is in force at the next fetch.
 *
 * @throws {Error} the issuer does not answer, or not with what was asked for
 */
export function keyFetcher(issuer: Issuer): () => Promise<unknown> {
  const { keys, caFile } = issuer;
  if (keys.from === 'file') return async () => JSON.parse(await readFile(keys.file, 'utf8'));
  let trusted: { readonly caPem: string | undefined; readonly agent: Agent } | undefined;
  return async () => {
    const caPem = caFile === undefined ? undefined : await readFile(caFile, 'utf8');
    if (trusted === undefined || trusted.caPem !== caPem) {
      void trusted?.agent.close();
      trusted = { caPem, agent: new Agent({ connect: caPem === undefined ? {} : { ca: caPem } }) };
    }
    const { agent } = trusted;
    return fetchJson(keys.from === 'url' ? keys.url : await keysUrl(issuer, agent), agent);
  };
}

async function keysUrl(issuer: Issuer, agent: Agent): Promise<string> {
  const document = await fetchJson(`${issuer.url.replace(/\/$/, '')}/.well-known/openid-configuration`, agent);
  const { issuer: named, jwks_uri: url } = document as { issuer?: unknown; jwks_uri?: unknown };
  if (named !== issuer.url) throw new Error(`discovery names another issuer: ${String(named)}`);
  if (typeof url !== 'string' || !isTrustedUrl(url))
    throw new Error(`discovery names keys at ${String(url)}, which is not https`);
  return url;
}

async function fetchJson(url: string, dispatcher: Agent): Promise<unknown> {
  const { statusCode, body } = await request(url, {
    dispatcher,
    signal: AbortSignal.timeout(FETCH_LIMITS.fetchTimeoutMs),
    headers: { accept: 'application/json' },
  });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`${url} answered ${statusCode}`);
  }
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) {
    text += chunk;
    if (text.length > FETCH_LIMITS.documentBytesMax)
      throw new Error(`${url} answered with more than ${FETCH_LIMITS.documentBytesMax} bytes`);
  }
  return JSON.parse(text);
}
