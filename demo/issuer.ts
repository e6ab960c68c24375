/**
 * An OIDC provider on loopback, for the demo and for tests: a real one (oidc-provider), with discovery, a JWKS and a token endpoint. A subject is
 * a client of it and gets its tokens by the client_credentials grant, as an autonomous program would. Its keys live in memory.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Provider } from 'oidc-provider';
import { Agent, fetch } from 'undici';
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
  /** Signs with a new key from now on; the old one stays in the JWKS unless it is dropped. */
  rotateKeys(options?: { readonly isOldDropped?: boolean }): Promise<void>;
  close(): Promise<void>;
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
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
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
    const provider = new LoadedProvider(url, configuration(clients, keys, options.audience ?? 'sallyport'));
    answer = provider.callback();
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

function configuration(clients: ReadonlyMap<string, Client>, keys: readonly JWK[], audience: string): object {
  const clientOf = (id: string): object | undefined => {
    const client = clients.get(id);
    if (client === undefined) return undefined;
    const grant = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
    return { client_id: id, client_secret: client.secret, token_endpoint_auth_method: 'client_secret_post', ...grant };
  };
  const lifetimeOf = (client: { clientId: string }): number =>
    clients.get(client.clientId)?.lifetimeSeconds ?? lifetimeSeconds;
  return {
    adapter: memoryAdapter(clientOf),
    jwks: { keys },
    ttl: { ClientCredentials: (_: unknown, __: unknown, client: { clientId: string }) => lifetimeOf(client) },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
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

/** The provider's storage: clients are those that were asked for; nothing else outlives its request. */
function memoryAdapter(clientOf: (id: string) => object | undefined): new (model: string) => object {
  return class {
    readonly #model: string;

    constructor(model: string) {
      this.#model = model;
    }

    async find(id: string): Promise<object | undefined> {
      return this.#model === 'Client' ? clientOf(id) : undefined;
    }

    async upsert(): Promise<void> {}
    async destroy(): Promise<void> {}
    async consume(): Promise<void> {}
    async revokeByGrantId(): Promise<void> {}
    async findByUid(): Promise<undefined> {}
    async findByUserCode(): Promise<undefined> {}
  };
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
