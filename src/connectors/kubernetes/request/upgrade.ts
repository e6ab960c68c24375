import type { Power } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Request } from '../../../model/request.ts';
import { checkHandshake } from '../streams/framed-reply.ts';
import { isConnect } from './stream-options.ts';

/** What is nothing without an upgrade; a proxy may carry one. */
const ALWAYS: ReadonlySet<Power | undefined> = new Set<Power>(['exec', 'attach', 'portforward']);

/**
 * Refuses an upgrade where the API server knows none (a watch or log, `framed`, has one to WebSocket), one by a method that its protocol does not have, and exec, attach or port-forward
 * without any, which the API server answers with 400 as well.
 *
 * WebSocket is GET; SPDY is POST, or GET from older clients.
 *
 * @throws {Refusal} UPGRADE_UNSUPPORTED; REQUEST_MALFORMED it has a body
 */
export function checkUpgrade(
  { method, upgrade, headers }: Pick<Request, 'method' | 'upgrade' | 'headers'>,
  power: Power | undefined,
  framed: 'watch' | 'log' | undefined,
): void {
  if (upgrade === undefined) {
    if (!ALWAYS.has(power)) return;
    throw new Refusal('UPGRADE_UNSUPPORTED', `${power} needs an upgrade to WebSocket or SPDY/3.1`, {
      advice: 'use kubectl, or a client library that streams',
    });
  }
  if (hasBody(headers)) {
    throw new Refusal(
      'REQUEST_MALFORMED',
      'a request for an upgrade has a body, which some servers would take for the first bytes of the other protocol',
      { advice: 'send it without one' },
    );
  }
  if (framed !== undefined && upgrade.protocol === 'websocket' && method === 'GET') {
    checkHandshake(headers, framed === 'log');
    return;
  }
  // Security: an upgrade anywhere else would be a connection that nobody reads (T35).
  if (!isConnect(power))
    throw new Refusal(
      'UPGRADE_UNSUPPORTED',
      'this operation has no upgrade: only exec, attach, port-forward and proxies do, and watches and logs one to WebSocket',
    );
  const isMethodRight = method === 'GET' || (method === 'POST' && upgrade.protocol === 'spdy/3.1');
  if (!isMethodRight)
    throw new Refusal('UPGRADE_UNSUPPORTED', `an upgrade to ${upgrade.protocol} is not made by ${method}`);
}

function hasBody(headers: Request['headers']): boolean {
  return headers.has('transfer-encoding') || (headers.get('content-length')?.[0] ?? '0') !== '0';
}
