import type { Channel, ChannelName } from '../../../model/channels.ts';
import type { Side } from './side.ts';
import type { Tapped, Taps } from './taps.ts';

/** Kubernetes' channels in WebSocket messages, each of which begins with the number of its channel. */
export interface MessageProtocol {
  /** In base64, with the number as a digit. */
  readonly isBase64: boolean;
  /** Whether the client says with channel 255 that it will send no more on a channel (version 5). */
  readonly hasCloseSignal: boolean;
  readonly purpose: { readonly kind: 'command' } | { readonly kind: 'portforward'; readonly ports: readonly number[] };
}

/**
 * Source: https://github.com/kubernetes/kubelet/blob/v0.35.4/pkg/cri/streaming/remotecommand/websocket.go and
 * https://github.com/kubernetes/kubelet/blob/v0.35.4/pkg/cri/streaming/portforward/websocket.go
 */
const COMMAND_CHANNELS: readonly ChannelName[] = ['stdin', 'stdout', 'stderr', 'error', 'resize'];

/** The channels of one direction, opened as they are spoken of first. */
export class MessageChannels {
  readonly #protocol: MessageProtocol;
  readonly #direction: Channel['direction'];
  readonly #taps: Taps;
  readonly #byNumber = new Map<number, Tapped | undefined>();

  constructor(side: Side, protocol: MessageProtocol, taps: Taps) {
    this.#protocol = protocol;
    this.#direction = side === 'client' ? 'toUpstream' : 'toCaller';
    this.#taps = taps;
  }

  /** What a channel goes through; undefined where it passes, or is none that there is, which servers and clients overlook. */
  tapped(number: number): Tapped | undefined {
    if (this.#byNumber.has(number)) return this.#byNumber.get(number);
    const channel = this.channel(number);
    const tapped = channel && this.#taps.open(channel);
    this.#byNumber.set(number, tapped);
    return tapped;
  }

  /** Those that have opened, and are edited or seen. */
  *open(): Iterable<readonly [number: number, tapped: Tapped]> {
    for (const [number, tapped] of this.#byNumber) if (tapped !== undefined) yield [number, tapped];
  }

  /** What was kept back of a channel has been given; what may still come on it begins anew. */
  close(number: number): void {
    this.#byNumber.delete(number);
  }

  channel(number: number): Channel | undefined {
    const { purpose } = this.#protocol;
    if (purpose.kind === 'command') {
      const name = COMMAND_CHANNELS[number];
      return name && { name, direction: this.#direction };
    }
    const port = purpose.ports[number >> 1];
    if (port === undefined) return undefined;
    const name = number % 2 === 0 ? 'connection' : 'error';
    return { name, direction: this.#direction, port, connection: String(number >> 1) };
  }
}
