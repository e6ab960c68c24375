/*
 * Signing a person in at an issuer: OpenID Connect's authorization code flow with PKCE, state and nonce. The protocol is oauth4webapi's: what it refuses is
 * told as one refusal; the signature of the ID token is verified with the issuer's keys as any other token's is, and its claims make the caller as any other
 * token's do. No token outlives this.
 */
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { JOSEError } from 'jose/errors';
import * as oauth from 'oauth4webapi';
import { Agent, fetch } from 'undici';
import type { Caller } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Clock } from '../std/clock.ts';
import { isTrustedUrl } from '../std/trusted-url.ts';
import { ALGORITHMS, TOKEN_LIMITS } from './authenticator.ts';
import { FETCH_LIMITS } from './fetch-keys.ts';
import type { Issuer } from './issuer.ts';
import { IssuerKeys, KEY_LIMITS } from './issuer-keys.ts';
import { toCaller } from './to-caller.ts';

/** How the gateway is known to an issuer. */
export interface LoginSettings {
  readonly clientId: string;
  /** Read anew at each use; undefined for a public client. */
  readonly clientSecretFile?: string | undefined;
  readonly scopes: readonly string[];
}

/** What binds an answer of the issuer to the browser that was sent there, and what it is to come back to. */
export interface LoginAttempt {
  /** The address that the issuer knows, exactly. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** Source: RFC 7636, 4.1 */
  readonly verifier: string;
}

/** How old a sign-in at the issuer may be before it asks the person again, in seconds. */
const MAX_AGE_SECONDS = Object.freeze({
  /** Where the person is to be asked: longer ago than the way back takes. */
  fresh: 10,
  /** Else: whatever there is. It is asked all the same, since an issuer that is asked must say when it saw the person. Source: `auth_time`, OpenID Connect Core 1.0, 2 */
  any: 365 * 24 * 60 * 60,
});

/** One issuer at which persons sign in. */
export interface Login {
  /** Where the browser is sent; with `isFresh` the issuer is to ask the person, also one that it knows. @throws {Refusal} ISSUER_UNAVAILABLE */
  begin(attempt: LoginAttempt, isFresh: boolean): Promise<string>;
  /**
   * Who comes back, by the query of the address that the browser was sent to; `signedInAt` is there where the issuer says it.
   *
   * @throws {Refusal} SIGN_IN_FAILED, TOKEN_INVALID, TOKEN_EXPIRED, ISSUER_UNAVAILABLE
   */
  finish(query: URLSearchParams, attempt: LoginAttempt): Promise<Caller>;
}

/** What belongs to one attempt, drawn anew. Source: RFC 7636, 4.1; RFC 9700, 2.1.1 */
export function newAttempt(redirectUri: string): LoginAttempt {
  return {
    redirectUri,
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
}

/** Signing in at an issuer. */
export function createLogin(issuer: Issuer, settings: LoginSettings, clock: Clock): Login {
  const http = httpOf(issuer);
  const keys = new IssuerKeys(issuer, clock);
  const client: oauth.Client = { client_id: settings.clientId, [oauth.clockTolerance]: TOKEN_LIMITS.clockSkewSeconds };
  let known: { readonly server: oauth.AuthorizationServer; readonly at: number } | undefined;
  const serverOf = async () => {
    if (known === undefined || clock.monotonic() - known.at > KEY_LIMITS.keysFreshMs)
      known = { server: await discover(issuer, await http()), at: clock.monotonic() };
    return known.server;
  };
  return {
    async begin({ redirectUri, state, nonce, verifier }, isFresh) {
      const { authorization_endpoint: endpoint } = await serverOf().catch(unavailable(issuer));
      const url = new URL(endpoint as string);
      const asked = {
        client_id: settings.clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: ['openid', ...settings.scopes.filter((scope) => scope !== 'openid')].join(' '),
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        max_age: String(isFresh ? MAX_AGE_SECONDS.fresh : MAX_AGE_SECONDS.any),
      };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      return url.href;
    },
    async finish(query, attempt) {
      const server = await serverOf().catch(unavailable(issuer));
      try {
        // RFC 9207: where the issuer names itself it must be this one, and where it says that it does, it must.
        const answer = oauth.validateAuthResponse(server, client, query, attempt.state);
        const how = await clientAuth(server, settings);
        const reply = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          how,
          answer,
          attempt.redirectUri,
          attempt.verifier,
          await http(),
        );
        const tokens = await oauth.processAuthorizationCodeResponse(server, client, reply, {
          expectedNonce: attempt.nonce,
          requireIdToken: true,
        });
        return await signedIn(tokens.id_token as string);
      } catch (error) {
        throw toRefusal(error, issuer);
      }
    },
  };

  async function signedIn(idToken: string): Promise<Caller> {
    const { payload } = await keys.verify(idToken, {
      algorithms: [...ALGORITHMS],
      issuer: issuer.url,
      audience: settings.clientId,
      clockTolerance: TOKEN_LIMITS.clockSkewSeconds,
      requiredClaims: ['exp', 'iss', 'aud'],
      currentDate: new Date(clock.now()),
    });
    const digest = hash('sha256', idToken, 'base64url');
    return toCaller(issuer, payload, digest, TOKEN_LIMITS.clockSkewSeconds);
  }
}

type Http = Awaited<ReturnType<ReturnType<typeof httpOf>>>;

/** How the issuer is asked: under its own authority, within a time and a size. */
function httpOf({ url, caFile }: Issuer) {
  let trusted: { readonly caPem: string | undefined; readonly dispatcher: Agent } | undefined;
  return async () => {
    const caPem = caFile === undefined ? undefined : await readFile(caFile, 'utf8');
    if (trusted === undefined || trusted.caPem !== caPem) {
      void trusted?.dispatcher.close();
      const connect = caPem === undefined ? {} : { ca: caPem };
      trusted = { caPem, dispatcher: new Agent({ connect, maxResponseSize: FETCH_LIMITS.documentBytesMax }) };
    }
    const { dispatcher } = trusted;
    return {
      signal: () => AbortSignal.timeout(FETCH_LIMITS.fetchTimeoutMs),
      [oauth.allowInsecureRequests]: url.startsWith('http:'),
      [oauth.customFetch]: (at: string, init: object) =>
        fetch(at, { ...init, dispatcher }) as Promise<unknown> as Promise<Response>,
    };
  };
}

async function discover(issuer: Issuer, http: Http): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer.url);
  const reply = await oauth.discoveryRequest(url, { ...http, algorithm: 'oidc' });
  const server = await oauth.processDiscoveryResponse(url, reply);
  if (server.issuer !== issuer.url) throw new Error(`discovery names another issuer: ${server.issuer}`);
  for (const endpoint of ['authorization_endpoint', 'token_endpoint'] as const) {
    const at = server[endpoint];
    // Security: code and secret go there.
    if (at === undefined || !isTrustedUrl(at)) throw new Error(`discovery names ${endpoint} ${at}, which is not https`);
  }
  return server;
}

async function clientAuth(
  server: oauth.AuthorizationServer,
  { clientSecretFile }: LoginSettings,
): Promise<oauth.ClientAuth> {
  if (clientSecretFile === undefined) return oauth.None();
  const secret = (await readFile(clientSecretFile, 'utf8')).trim();
  const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return ways.includes('client_secret_basic') ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
}

function toRefusal(error: unknown, issuer: Issuer): unknown {
  if (error instanceof Refusal) return error;
  if (error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied')
    return new Refusal('SIGN_IN_FAILED', `issuer \`${issuer.name}\` did not sign you in: it was refused there`);
  const isProtocol = [
    oauth.AuthorizationResponseError,
    oauth.ResponseBodyError,
    oauth.WWWAuthenticateChallengeError,
    oauth.OperationProcessingError,
    JOSEError,
  ].some((kind) => error instanceof kind);
  if (!isProtocol) return unavailableRefusal(issuer, error);
  return new Refusal('SIGN_IN_FAILED', `what issuer \`${issuer.name}\` answered is not taken`, {
    detail: describe(error),
    cause: error,
    advice: 'begin again; where it stays so, the gateway’s log says why',
  });
}

/** For the log: codes and descriptions, never a code or a token of the person's. */
function describe(error: unknown): string {
  const { code, message, error: named, error_description: words } = error as Record<string, unknown>;
  return [code, named, words, message].filter((part) => typeof part === 'string').join(': ');
}

function unavailable(issuer: Issuer) {
  return (error: unknown): never => {
    throw unavailableRefusal(issuer, error);
  };
}

function unavailableRefusal({ name }: Issuer, cause: unknown): Refusal {
  return new Refusal('ISSUER_UNAVAILABLE', `issuer \`${name}\` cannot be asked to sign anybody in`, {
    cause,
    detail: describe(cause),
    retryAfterSeconds: 10,
  });
}
