/**
 * An OIDC provider on loopback, for the demo and for tests: a real one (oidc-provider), with discovery, a JWKS, an authorization and a token endpoint. A subject
 * is a client of it and gets its tokens by the client_credentials grant, as an autonomous program would; persons sign in on its page. Its keys live in memory.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Provider } from 'oidc-provider';
import { Agent, fetch } from 'undici';
import { memoryAdapter } from './provider-memory.ts';
import { type DemoPerson, signInPage } from './sign-in-page.ts';
import { makeLoopbackCertificate } from './standin/certificate.ts';

export interface IssuerOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** Over HTTPS, with an authority of its own; default false: plain HTTP, which loopback alone makes tolerable. */
  readonly isSecure?: boolean;
  /** Default `sallyport`. */
  readonly audience?: string;
}

export interface TokenOptions {
  /** Default: twelve hours, so that a demo that stays up over a working day keeps working. */
  readonly lifetimeSeconds?: number;
  /** Further claims; they cannot replace those that the provider sets. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface Issuer {
  /** The value of `iss`, under which discovery is found. */
  readonly url: string;
  /** The authority of its certificate, where it is secure. */
  readonly caPem?: string;
  /** A signed access token (RS256) for a subject, from the token endpoint. */
  tokenFor(subject: string, groups: readonly string[], options?: TokenOptions): Promise<string>;
  /** The secret of a subject that has had a token, for a test that asks for one itself. */
  secretOf(subject: string): string | undefined;
  /** Lets persons sign in at this client, with the code flow and PKCE. */
  allowSignIn(client: SignInClient): void;
  /** Signs with a new key from now on; the old one stays in the JWKS unless it is dropped. */
  rotateKeys(options?: { readonly isOldDropped?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** A client at which persons sign in. */
export interface SignInClient {
  readonly clientId: string;
  readonly secret: string;
  readonly redirectUri: string;
  readonly persons: readonly DemoPerson[];
}

interface Parts {
  readonly clients: Map<string, Client>;
  readonly signIns: Map<string, SignInClient>;
  readonly memory: Parameters<typeof memoryAdapter>[0];
  readonly cookieKey: string;
}

interface Client {
  readonly secret: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly lifetimeSeconds: number;
}

/**
 * The package, without its warning: it takes a Node whose release names no LTS line, as builds from packages do, for an unsupported one.
 */
async function loadProvider(): Promise<typeof Provider> {
  const { warn } = console;
  console.warn = (...args: readonly unknown[]) => {
    if (!String(args[0]).includes('Unsupported runtime')) warn(...args);
  };
  try {
    return (await import('oidc-provider')).Provider;
  } finally {
    console.warn = warn;
  }
}

const lifetimeSeconds = 12 * 60 * 60;
const resource = 'urn:sallyport:demo';

export async function startIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const LoadedProvider = await loadProvider();
  const clients = new Map<string, Client>();
  const parts: Parts = {
    clients,
    signIns: new Map(),
    memory: new Map(),
    cookieKey: randomBytes(24).toString('base64url'),
  };
  let answer: (request: IncomingMessage, response: ServerResponse) => unknown = (_, response) =>
    response.writeHead(503).end();
  const certificate = options.isSecure === true ? await makeLoopbackCertificate('demo issuer', Date.now()) : undefined;
  const server = certificate
    ? createSecureServer({ key: certificate.keyPem, cert: certificate.certPem }, (request, response) =>
        answer(request, response),
      )
    : createServer((request, response) => answer(request, response));
  await listening(server, options.port ?? 0);
  const scheme = certificate === undefined ? 'http' : 'https';
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dispatcher = new Agent({ connect: certificate === undefined ? {} : { ca: certificate.caPem } });
  let keys: readonly JWK[] = [];
  const sign = async (kept: readonly JWK[]): Promise<void> => {
    keys = [await newKey(), ...kept];
    const provider = new LoadedProvider(url, configuration(parts, keys, options.audience ?? 'sallyport'));
    const callback = provider.callback();
    answer = (request, response) =>
      takesInteraction(provider, parts, request, response).then((isTaken) =>
        isTaken ? undefined : callback(request, response),
      );
  };
  await sign([]);
  return {
    url,
    ...(certificate === undefined ? {} : { caPem: certificate.caPem }),
    tokenFor: async (subject, groups, token = {}) => {
      const secret = clients.get(subject)?.secret ?? randomBytes(24).toString('base64url');
      clients.set(subject, {
        secret,
        claims: { ...token.claims, groups },
        lifetimeSeconds: token.lifetimeSeconds ?? lifetimeSeconds,
      });
      return requestToken(url, subject, secret, dispatcher);
    },
    allowSignIn: (client) => void parts.signIns.set(client.clientId, client),
    secretOf: (subject) => clients.get(subject)?.secret,
    rotateKeys: ({ isOldDropped = false } = {}) => sign(isOldDropped ? [] : keys),
    close: async () => {
      await dispatcher.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function configuration({ clients, signIns, memory, cookieKey }: Parts, keys: readonly JWK[], audience: string): object {
  const clientOf = (id: string): object | undefined => {
    const signIn = signIns.get(id);
    if (signIn !== undefined) return signInClient(signIn);
    const client = clients.get(id);
    if (client === undefined) return undefined;
    const grant = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
    return { client_id: id, client_secret: client.secret, token_endpoint_auth_method: 'client_secret_post', ...grant };
  };
  const lifetimeOf = (client: { clientId: string }): number =>
    clients.get(client.clientId)?.lifetimeSeconds ?? lifetimeSeconds;
  return {
    adapter: memoryAdapter(memory, clientOf),
    ...signingIn(signIns),
    jwks: { keys },
    ttl: {
      ...{ AccessToken: 3600, AuthorizationCode: 60, Grant: 43_200, IdToken: 3600, Interaction: 3600, Session: 43_200 },
      ClientCredentials: (_: unknown, __: unknown, client: { clientId: string }) => lifetimeOf(client),
    },
    cookies: { keys: [cookieKey] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        getResourceServerInfo: (_: unknown, __: string, client: { clientId: string }) => ({
          audience,
          scope: '',
          accessTokenFormat: 'jwt',
          accessTokenTTL: lifetimeOf(client),
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: (_: unknown, token: { clientId?: string }) => clients.get(token.clientId ?? '')?.claims,
  };
}

/** What of the configuration is for persons: who they are, what their ID token says, and that each has consented. */
function signingIn(signIns: Parts['signIns']): object {
  const personOf = (subject: string) =>
    [...signIns.values()].flatMap(({ persons }) => persons).find((person) => person.subject === subject);
  return {
    claims: { openid: ['sub', 'groups'], profile: [], email: [] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, id: string) => {
      const person = personOf(id);
      return person === undefined
        ? undefined
        : { accountId: id, claims: async () => ({ sub: id, groups: person.groups }) };
    },
    loadExistingGrant: async ({ oidc }: GrantContext) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  };
}

/** The parts of oidc-provider's context that a grant is made from. */
interface GrantContext {
  readonly oidc: {
    readonly provider: {
      readonly Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<unknown> };
    };
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
  };
}

function signInClient({ clientId, secret, redirectUri }: SignInClient): object {
  return {
    client_id: clientId,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
  };
}

/** Whether it was for the page of persons. */
async function takesInteraction(
  provider: Provider,
  { signIns }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!request.url?.startsWith('/interaction/')) return false;
  try {
    const { params } = await provider.interactionDetails(request, response);
    const persons = signIns.get(params.client_id)?.persons ?? [];
    if (request.method === 'POST') {
      const subject = new URLSearchParams((await text(request)).slice(0, 1_024)).get('subject') ?? '';
      const isKnown = persons.some((person) => person.subject === subject);
      const result = isKnown ? { login: { accountId: subject } } : { error: 'access_denied' };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
      response.end(signInPage(persons, request.url));
    }
  } catch {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('this sign-in is over; begin again\n');
  }
  return true;
}

async function requestToken(url: string, subject: string, secret: string, dispatcher: Agent): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: subject,
    client_secret: secret,
    resource,
  });
  const reply = await fetch(`${url}/token`, { method: 'POST', body, dispatcher });
  const answer = (await reply.json()) as { access_token?: string; error_description?: string };
  if (answer.access_token === undefined)
    throw new Error(`the issuer gave no token: ${answer.error_description ?? reply.status}`);
  return answer.access_token;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), use: 'sig', alg: 'RS256' };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
