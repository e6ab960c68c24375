/*
 * Leaving HTTP: exec, attach and port-forward, over WebSocket or SPDY/3.1.
 *
 * Each has a connection of its own, which never was in a pool and never gets into one. Only a 101 that switches to the very protocol that was
 * asked for makes a pipe. Whatever else upstream answers is an ordinary reply, at whose end the connection is destroyed: a refusal that left a
 * raw connection behind would let the caller go on as the gateway (CVE-2018-1002105).
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { Refusal } from '../../../model/refusal.ts';
import type { DuplexReply, Reply, UnaryReply } from '../../../model/reply.ts';
import type { UpgradeProtocol } from '../../../model/request.ts';
import { connectionNames } from '../../../std/hop-by-hop.ts';
import { keepReading } from '../../../std/keep-reading.ts';
import { replyStalled, upstreamFailure, upstreamTimeout } from './failure.ts';
import type { UpstreamLimits } from './limits.ts';
import { readableSource } from './readable-source.ts';
import { repliedHeaders } from './replied-headers.ts';

/** A request that asks to leave HTTP. */
export interface UpgradeRequest {
  readonly server: { readonly origin: string };
  readonly tls: ConnectionOptions;
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, ours included; without those of the connection. */
  readonly headers: readonly string[];
  readonly protocol: UpgradeProtocol;
  /** As that of `UpstreamRequest`. */
  readonly isOpaque: boolean;
  /** As that of `UpstreamRequest`. */
  readonly beforeSent: (() => void) | undefined;
}

/** As the API server compares them: without regard to case. */
const UPGRADE_VALUES: Readonly<Record<UpgradeProtocol, string>> = { websocket: 'websocket', 'spdy/3.1': 'SPDY/3.1' };

/**
 * Upstream's answer: `duplex` for a 101 that switches to the protocol that was asked for, `unary` for anything else that is HTTP.
 *
 * @throws {Refusal} UPSTREAM_UNREACHABLE nothing was sent; OUTCOME_UNKNOWN, UPSTREAM_TIMEOUT it may have run, which a 101 that switches to
 * something else counts as
 */
export function sendUpgrade(upgrade: UpgradeRequest, limits: UpstreamLimits, signal: AbortSignal): Promise<Reply> {
  return new Promise<Reply>((resolve, reject) => {
    let isSent = false;
    const outgoing = startRequest(upgrade);
    const giveUp = (refusal: Refusal) => {
      settle();
      outgoing.destroy();
      reject(refusal);
    };
    const onAbort = () => giveUp(upstreamFailure(signal.reason, { isSent }));
    const timer = setTimeout(
      () => giveUp(upstreamTimeout('upstreamTimeoutMs', limits.upstreamTimeoutMs, { isSent })),
      limits.upstreamTimeoutMs,
    );
    const connectTimer = setTimeout(
      () => giveUp(upstreamTimeout('connectTimeoutMs', limits.connectTimeoutMs, { isSent })),
      limits.connectTimeoutMs,
    );
    const settle = () => {
      clearTimeout(timer);
      clearTimeout(connectTimer);
      signal.removeEventListener('abort', onAbort);
    };
    outgoing.on('socket', (socket) => {
      // A shell may be silent for hours; a peer that vanished without a word is found by this alone.
      socket.setKeepAlive(true, limits.keepAliveDelayMs);
      socket.once('secureConnect', () => {
        clearTimeout(connectTimer);
        try {
          upgrade.beforeSent?.();
        } catch (thrown) {
          giveUp(upstreamFailure(thrown, { isSent }));
          return;
        }
        isSent = true;
        outgoing.end();
      });
    });
    outgoing.on('error', (error) => giveUp(upstreamFailure(error, { isSent })));
    outgoing.on('response', (response) => {
      // A 101 that does not say to what it switches is none that Node takes for a switch.
      if (response.statusCode === 101) {
        giveUp(wrongSwitch());
        return;
      }
      settle();
      const { upstreamStallTimeoutMs } = limits;
      if (!upgrade.isOpaque)
        response.socket.setTimeout(upstreamStallTimeoutMs, () =>
          response.destroy(replyStalled(upstreamStallTimeoutMs)),
        );
      resolve(unaryReply(response, signal));
    });
    outgoing.on('upgrade', (response, socket, head) => {
      if (!isSwitch(response, upgrade.protocol)) {
        socket.destroy();
        return giveUp(wrongSwitch());
      }
      settle();
      resolve(duplexReply(response, keepReading(socket), head, signal));
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

function startRequest({ server, tls, method, path, headers, protocol }: UpgradeRequest): ClientRequest {
  const { hostname, port, host } = new URL(server.origin);
  const own = ['Host', host, 'Connection', 'Upgrade', 'Upgrade', UPGRADE_VALUES[protocol]];
  // Where a body could be, its absence is said.
  if (method !== 'GET') own.push('Content-Length', '0');
  const connection: ConnectionOptions = { ...tls, ALPNProtocols: ['http/1.1'] };
  return httpsRequest({
    ...connection,
    agent: false,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 443 : Number(port),
    method,
    path,
    headers: [...own, ...headers],
  });
}

function isSwitch({ statusCode, headers }: IncomingMessage, protocol: UpgradeProtocol): boolean {
  return (
    statusCode === 101 &&
    headers.upgrade?.toLowerCase() === UPGRADE_VALUES[protocol].toLowerCase() &&
    connectionNames([headers.connection ?? '']).has('upgrade')
  );
}

function wrongSwitch(): Refusal {
  return new Refusal('OUTCOME_UNKNOWN', 'the target switched to a protocol that was not asked for', {
    detail: 'a 101 whose Upgrade or Connection header is not the one that was asked for',
  });
}

function duplexReply(response: IncomingMessage, socket: Duplex, head: Buffer, signal: AbortSignal): DuplexReply {
  const onAbort = () => socket.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', onAbort));
  socket.on('error', () => {});
  return { kind: 'duplex', status: 101, headers: response.rawHeaders, socket, head, end: () => void socket.destroy() };
}

function unaryReply(response: IncomingMessage, signal: AbortSignal): UnaryReply {
  const { socket } = response;
  const onAbort = () => response.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  response.once('close', () => {
    signal.removeEventListener('abort', onAbort);
    // Security: no connection is left behind a refused upgrade (T33).
    socket.destroy();
  });
  return {
    kind: 'unary',
    status: response.statusCode ?? 502,
    headers: repliedHeaders(response.rawHeaders),
    body: readableSource(response),
  };
}
