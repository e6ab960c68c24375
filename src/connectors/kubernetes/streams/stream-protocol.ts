import { Refusal } from '../../../model/refusal.ts';
import type { Request } from '../../../model/request.ts';
import { unreachable } from '../../../std/unreachable.ts';
import type { MessageProtocol } from './message-channels.ts';

/**
 * How an exec, attach or port-forward tells its streams apart. A port-forward names its ports with `spdy` and `tunnel` (SPDY inside WebSocket messages) in each
 * stream that is opened, whatever the query says; with `channels` (WebSocket messages that begin with a number) in the query alone.
 */
export type StreamProtocol = 'spdy' | 'tunnel' | 'channels';

/** The one WebSocket protocol that carries SPDY. Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/util/portforward/constants.go */
export const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';

/**
 * Source: https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/util/wsstream/conn.go,
 * https://github.com/kubernetes/kubelet/blob/v0.35.4/pkg/cri/streaming/remotecommand/websocket.go
 */
const CHANNEL_PROTOCOL = /^(?:v[45]\.)?(?:base64\.)?channel\.k8s\.io$/;

/**
 * Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/util/remotecommand/constants.go; `portforward.k8s.io` is that of port-forward
 */
const SPDY_PROTOCOL = /^(?:(?:v[2345]\.)?channel\.k8s\.io|portforward\.k8s\.io)?$/;

/**
 * The protocol that upstream will speak on this exec, attach or port-forward.
 *
 * The API server takes the tunnel where it is among the protocols that are offered, one that does not know it yet takes another of them: an
 * offer of the tunnel beside others is refused, since the ports would stand in two places (T41).
 *
 * @throws {Refusal} UPGRADE_UNSUPPORTED
 */
export function streamProtocol(
  { upgrade, headers }: Pick<Request, 'upgrade' | 'headers'>,
  power: 'exec' | 'attach' | 'portforward',
): StreamProtocol {
  if (upgrade?.protocol === 'spdy/3.1') return 'spdy';
  if (power !== 'portforward') return 'channels';
  const offered = offeredIn(headers.get('sec-websocket-protocol') ?? []);
  if (offered.length === 1 && offered[0] === TUNNEL_PROTOCOL) return 'tunnel';
  if (!offered.some(isTunnel)) return 'channels';
  throw new Refusal(
    'UPGRADE_UNSUPPORTED',
    `\`${TUNNEL_PROTOCOL}\` is not offered alone, as a port-forward must offer it`,
  );
}

/** The name of what upstream took, by the headers of its 101; undefined where it is not what was asked, or frames could be anything else than what they look like. */
export function spokenProtocol(asked: StreamProtocol, headers: readonly string[]): string | undefined {
  const valuesOf = (wanted: string) =>
    headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === wanted);
  if (valuesOf('sec-websocket-extensions').length > 0) return undefined;
  const taken = offeredIn(valuesOf(asked === 'spdy' ? 'x-stream-protocol-version' : 'sec-websocket-protocol'));
  if (taken.length > 1) return undefined;
  const [name = ''] = taken;
  switch (asked) {
    case 'spdy':
      return SPDY_PROTOCOL.test(name) ? name : undefined;
    case 'tunnel':
      return name === TUNNEL_PROTOCOL ? name : undefined;
    case 'channels':
      return name === '' || CHANNEL_PROTOCOL.test(name) ? name : undefined;
    default:
      return unreachable(asked);
  }
}

/** What the name of a protocol of channels says of its messages. */
export function messageProtocol(name: string, purpose: MessageProtocol['purpose']): MessageProtocol {
  return { isBase64: name.includes('base64.'), hasCloseSignal: name.startsWith('v5.'), purpose };
}

function offeredIn(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(',')).map((name) => name.trim());
}

function isTunnel(name: string): boolean {
  return name.toLowerCase().startsWith('spdy/');
}
