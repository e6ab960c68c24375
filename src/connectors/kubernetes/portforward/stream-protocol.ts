import { Refusal } from '../../../model/refusal.ts';
import type { Request } from '../../../model/request.ts';

/**
 * How a port-forward names its ports: `spdy` and `tunnel` (SPDY inside WebSocket messages) in each stream that they open, whatever the query says;
 * `channels` in the query alone.
 */
export type StreamProtocol = 'spdy' | 'tunnel' | 'channels';

/** The one WebSocket protocol that carries SPDY. Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/util/portforward/constants.go */
export const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';

/**
 * The protocol that upstream will speak on this port-forward.
 *
 * The API server takes the tunnel where it is among the protocols that are offered, one that does not know it yet takes another of them: an
 * offer of the tunnel beside others is refused, since the ports would stand in two places (T41).
 *
 * @throws {Refusal} UPGRADE_UNSUPPORTED
 */
export function streamProtocol({ upgrade, headers }: Pick<Request, 'upgrade' | 'headers'>): StreamProtocol {
  if (upgrade?.protocol === 'spdy/3.1') return 'spdy';
  const offered = offeredIn(headers.get('sec-websocket-protocol') ?? []);
  if (offered.length === 1 && offered[0] === TUNNEL_PROTOCOL) return 'tunnel';
  if (!offered.some(isTunnel)) return 'channels';
  throw new Refusal(
    'UPGRADE_UNSUPPORTED',
    `\`${TUNNEL_PROTOCOL}\` is not offered alone, as a port-forward must offer it`,
  );
}

/** Whether what upstream took, by the headers of its 101, is this protocol, and nothing is added to its frames. */
export function isSpoken(protocol: StreamProtocol, headers: readonly string[]): boolean {
  const valuesOf = (wanted: string) =>
    headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === wanted);
  const taken = offeredIn(valuesOf('sec-websocket-protocol'));
  if (valuesOf('sec-websocket-extensions').length > 0) return false;
  return protocol === 'tunnel' ? taken.length === 1 && taken[0] === TUNNEL_PROTOCOL : !taken.some(isTunnel);
}

function offeredIn(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(',')).map((name) => name.trim());
}

function isTunnel(name: string): boolean {
  return name.toLowerCase().startsWith('spdy/');
}
