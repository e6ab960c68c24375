/*
 * The way upstream. Requests go over pooled HTTP/1.1 connections, byte for byte as they were judged: the request target is not parsed,
 * redirects are not followed, no header is added but ours. Streams have a pool of their own, so that watches do not take the connections of
 * small requests. HTTP/2 upstream was measured at two thirds of the speed.
 *
 * A connection carries many callers' requests one after the other; who is asking stands in each request alone (T44).
 */
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Dispatcher } from 'undici';
import { Refusal } from '../../../model/refusal.ts';
import type { Reply, StreamReply, UnaryReply } from '../../../model/reply.ts';
import type { Headers, UpgradeProtocol } from '../../../model/request.ts';
import { buildConnector, Pool } from '../../../std/http-client.ts';
import { type AddressRules, assertHost, guardedLookup } from './allowed-address.ts';
import { type Authority, fixedAuthority } from './authority.ts';
import type { ClientCertificate, Credential, CredentialSource } from './credential.ts';
import { type ExchangeFailure, UpstreamExchange } from './exchange.ts';
import { upstreamFailure } from './failure.ts';
import type { Identity } from './impersonation.ts';
import type { UpstreamLimits } from './limits.ts';
import { ownLocation } from './location.ts';
import { upstreamHeaders } from './request-headers.ts';
import { credentialRefused } from './unavailable.ts';
import { sendUpgrade } from './upgrade.ts';

type Connector = ReturnType<typeof buildConnector>;

export interface UpstreamOptions {
  /** `https://host:port`, and a base path where the API server stands behind one. */
  readonly server: string;
  /** Whom to trust; the machine's own roots where absent. */
  readonly caPem?: string;
  /** The same where it changes, in place of `caPem`. */
  readonly authority?: Authority;
  /** The name that the server's certificate is checked against, where it is not the host's. */
  readonly tlsServerName?: string;
  /** Trusts any certificate; only ever set under `unsafe:`. */
  readonly isCertificateUnchecked?: boolean;
  readonly credentials: CredentialSource;
  /** `caller`: each request names its caller, and one without is not sent. `credential`: upstream sees the gateway's own credential. */
  readonly identity: 'caller' | 'credential';
  readonly limits: UpstreamLimits;
  /** Which addresses are connected to, looked at after each look-up of the name; every one where absent. */
  readonly addresses?: AddressRules;
  /** Sees each connection of a pool once its handshake is done. */
  readonly onConnected?: (socket: TLSSocket) => void;
}

/** A request for upstream. What it holds has been judged; what is added are our headers alone. */
export interface UpstreamRequest {
  readonly method: string;
  /** Goes upstream byte for byte, behind the server's base path. */
  readonly uri: string;
  readonly headers: Headers;
  readonly body: Buffer | undefined;
  readonly identity: Identity | undefined;
  readonly isStream: boolean;
  /** Something else than the API server may answer it: behind a proxy. A 401 is then passed, and says nothing of our credential. */
  readonly isOpaque?: boolean;
  /** Called just before it is sent, each time; what it throws keeps it from being sent. */
  readonly beforeSent?: () => void;
}

/** One API server, and how it is reached. */
export interface Upstream {
  /**
   * The head of the reply; its body is taken from there. When `signal` aborts, so does the request upstream, at once.
   *
   * A request that upstream does not take our credential with is sent once more where there is a newer one by then.
   *
   * @throws {Refusal} UPSTREAM_UNREACHABLE, CREDENTIAL_UNAVAILABLE, INTERNAL, and what `beforeSent` throws, nothing was sent; CREDENTIAL_REFUSED nothing was done; OUTCOME_UNKNOWN,
   * UPSTREAM_TIMEOUT it may have run
   */
  send(request: UpstreamRequest, signal: AbortSignal): Promise<UnaryReply | StreamReply>;
  /**
   * Asks to leave HTTP, over a connection of its own that never returns to a pool. A reply that does not is `unary`, as upstream sent it.
   *
   * @throws {Refusal} as `send`
   */
  upgrade(request: UpstreamRequest, protocol: UpgradeProtocol, signal: AbortSignal): Promise<Reply>;
  /** Finishes what is in flight, and closes its connections. */
  close(): Promise<void>;
}

/** The way to one API server; nothing is sent before the first request. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const server = serverParts(options.server);
  const authority = options.authority ?? fixedAuthority(options.caPem);
  const pools = new Pools(options, authority, server.origin);
  const prepare = async (request: UpstreamRequest, signal: AbortSignal) => {
    // Security: without a caller's name upstream would see the gateway's own power (T3).
    if ((options.identity === 'caller') !== (request.identity !== undefined)) throw nameless();
    if (options.addresses !== undefined) assertHost(options.addresses, server.hostname);
    const credential = await options.credentials.current(signal);
    const headers = upstreamHeaders(request.headers, credential, request.identity);
    if (signal.aborted) throw upstreamFailure(signal.reason, { isSent: false });
    return { credential, headers, path: server.basePath + request.uri, caPem: authority.current() };
  };
  /** Sends with the credential in force. */
  const withCredential = async <Answer extends Reply>(
    request: UpstreamRequest,
    signal: AbortSignal,
    sendWith: SendWith<Answer>,
  ): Promise<Answer> => {
    const prepared = await prepare(request, signal);
    let failure: unknown;
    try {
      const reply = await sendWith(prepared);
      if (!isRefused(request, reply)) return located(reply, server);
      failure = credentialRefused('the target answered 401');
    } catch (thrown) {
      failure = thrown;
    }
    return onceMore(request, signal, sendWith, prepared, failure);
  };
  /** Sends once more where nothing was done, since our credential was refused or upstream not believed, and there is something newer by now. */
  const onceMore = async <Answer extends Reply>(
    request: UpstreamRequest,
    signal: AbortSignal,
    sendWith: SendWith<Answer>,
    { credential, caPem }: Prepared,
    failure: unknown,
  ): Promise<Answer> => {
    const code = failure instanceof Refusal ? failure.code : undefined;
    if (code === 'CREDENTIAL_REFUSED') options.credentials.invalidate(credential);
    else if (code !== 'UPSTREAM_UNREACHABLE' || !(await authority.renew(caPem))) throw failure;
    const newer = await prepare(request, signal);
    if (code === 'CREDENTIAL_REFUSED' && newer.credential === credential) throw failure;
    const again = await sendWith(newer);
    if (!isRefused(request, again)) return located(again, server);
    options.credentials.invalidate(newer.credential);
    throw credentialRefused('the target answered 401, also with a credential that was read anew');
  };
  return {
    send(request, signal) {
      return withCredential(request, signal, async (prepared) => {
        let outcome = await sendOnce(pools, request, prepared, options.limits, signal);
        if ('refusal' in outcome && isRepeatable(request, outcome, signal)) {
          outcome = await sendOnce(pools, request, prepared, options.limits, signal);
        }
        if ('refusal' in outcome) throw outcome.refusal;
        return outcome;
      });
    },
    upgrade(request, protocol, signal) {
      return withCredential(request, signal, ({ credential, headers, path }) => {
        const tls = tlsOptions(options, authority.current(), credential.clientCertificate);
        const { method, isOpaque = false, beforeSent } = request;
        const upgrade = { server, tls, method, path, headers, protocol, isOpaque, beforeSent };
        return sendUpgrade(upgrade, options.limits, signal);
      });
    },
    close: () => pools.close(),
  };
}

/** Whether upstream did not take our credential; the reply is then given up. */
function isRefused({ isOpaque }: UpstreamRequest, reply: Reply): boolean {
  if (reply.status !== 401 || isOpaque === true) return false;
  if (reply.kind === 'duplex') reply.socket.destroy();
  else reply.body.cancel(new Error('not taken with this credential'));
  return true;
}

function located<R extends Reply>(reply: R, server: ReturnType<typeof serverParts>): R {
  const headers = ownLocation(reply.status, reply.headers, server);
  return headers === reply.headers ? reply : { ...reply, headers };
}

type SendWith<Answer> = (prepared: Prepared) => Promise<Answer>;

interface Prepared {
  readonly credential: Credential;
  readonly headers: string[];
  readonly path: string;
  /** The authority that was in force, or one before that by which it is sent. */
  readonly caPem: string | undefined;
}

function sendOnce(
  pools: Pools,
  { method, body, isStream, isOpaque, beforeSent }: UpstreamRequest,
  { credential, headers, path }: Prepared,
  { upstreamTimeoutMs, upstreamStallTimeoutMs }: UpstreamLimits,
  signal: AbortSignal,
): Promise<UnaryReply | StreamReply | ExchangeFailure> {
  return new Promise((onOutcome) => {
    const exchange = new UpstreamExchange({
      isStream,
      timeoutMs: upstreamTimeoutMs,
      stallTimeoutMs: isOpaque === true ? undefined : upstreamStallTimeoutMs,
      signal,
      beforeSent,
      onOutcome,
    });
    const pool = pools.of(credential.clientCertificate)[isStream ? 'streams' : 'unary'];
    // Go's server reads a body whatever the method, so the connection of a DELETE with options can be used again.
    pool.dispatch(
      { method: method as Dispatcher.HttpMethod, path, headers, body: body ?? null, reset: method === 'HEAD' },
      exchange,
    );
  });
}

/** A read that met a pooled connection which upstream had just closed is sent once more; a change never is. */
function isRepeatable(
  { method }: UpstreamRequest,
  { refusal, isUnanswered }: ExchangeFailure,
  signal: AbortSignal,
): boolean {
  return (
    (method === 'GET' || method === 'HEAD') && refusal.code === 'OUTCOME_UNKNOWN' && isUnanswered && !signal.aborted
  );
}

/** Two pools for the authority and client certificate in force; a new one gets new ones, and the old finish what they have. */
class Pools {
  readonly #options: UpstreamOptions;
  readonly #authority: Authority;
  readonly #origin: string;
  #caPem: string | undefined;
  #certificate: ClientCertificate | undefined;
  #pools: { readonly unary: Pool; readonly streams: Pool } | undefined;

  constructor(options: UpstreamOptions, authority: Authority, origin: string) {
    this.#options = options;
    this.#authority = authority;
    this.#origin = origin;
  }

  of(certificate: ClientCertificate | undefined): { readonly unary: Pool; readonly streams: Pool } {
    const caPem = this.#authority.current();
    const isSame =
      caPem === this.#caPem &&
      certificate?.certPem === this.#certificate?.certPem &&
      certificate?.keyPem === this.#certificate?.keyPem;
    if (this.#pools !== undefined && isSame) return this.#pools;
    void this.close();
    const { limits, onConnected } = this.#options;
    const connect = seenBy(onConnected, connector(this.#options, caPem, certificate));
    const shared = {
      connect,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: limits.idleTimeoutMs,
      keepAliveMaxTimeout: limits.idleTimeoutMs,
      maxHeaderSize: limits.replyHeadersBytesMax,
      allowH2: false,
    };
    this.#caPem = caPem;
    this.#certificate = certificate;
    this.#pools = {
      unary: new Pool(this.#origin, { ...shared, connections: limits.connectionsMax }),
      streams: new Pool(this.#origin, { ...shared, connections: limits.streamConnectionsMax }),
    };
    return this.#pools;
  }

  async close(): Promise<void> {
    const pools = this.#pools;
    this.#pools = undefined;
    await Promise.all([pools?.unary.close(), pools?.streams.close()]);
  }
}

/** Its connections share what is made of authority and certificate: these are parsed once, not for each of a thousand. What cannot be made fails the connection. */
function connector(
  options: UpstreamOptions,
  caPem: string | undefined,
  certificate: ClientCertificate | undefined,
): Connector {
  let made: Connector | undefined;
  return (...asked) => {
    made ??= buildConnector({
      ...tlsOptions(options, caPem, certificate),
      secureContext: createSecureContext(contextOptions(caPem, certificate)),
      timeout: options.limits.connectTimeoutMs,
      allowH2: false,
    });
    made(...asked);
  };
}

function tlsOptions(options: UpstreamOptions, caPem: string | undefined, certificate: ClientCertificate | undefined) {
  return {
    rejectUnauthorized: options.isCertificateUnchecked !== true,
    ...contextOptions(caPem, certificate),
    ...(options.tlsServerName === undefined ? {} : { servername: options.tlsServerName }),
    ...(options.addresses === undefined ? {} : { lookup: guardedLookup(options.addresses) }),
  };
}

function contextOptions(caPem: string | undefined, certificate: ClientCertificate | undefined) {
  return {
    minVersion: 'TLSv1.2' as const,
    ...(caPem === undefined ? {} : { ca: caPem }),
    ...(certificate === undefined ? {} : { cert: certificate.certPem, key: certificate.keyPem }),
  };
}

function seenBy(onConnected: UpstreamOptions['onConnected'], connect: Connector): Connector {
  if (onConnected === undefined) return connect;
  return (options, callback) =>
    connect(options, (...outcome) => {
      if (outcome[1] instanceof TLSSocket) onConnected(outcome[1]);
      callback(...outcome);
    });
}

function serverParts(server: string) {
  const { protocol, origin, hostname, pathname, search, hash, username } = new URL(server);
  if (protocol !== 'https:' || search !== '' || hash !== '' || username !== '') {
    throw new TypeError('the server of a target is `https://host:port`, with a path at most');
  }
  return { origin, hostname, basePath: pathname.replace(/\/+$/, '') };
}

function nameless(): Refusal {
  return new Refusal('INTERNAL', 'the request was not sent, because it does not say for whom', {
    detail: 'a target that sees its callers got a request without an identity, or the reverse',
  });
}
