/*
 * The streams of one SPDY connection, known by what their opener said: whoever has not read every SYN_STREAM cannot tell them apart.
 */
import type { Channel, ChannelName } from '../../../model/channels.ts';
import { Refusal } from '../../../model/refusal.ts';
import { SpdyHeaders } from './spdy-headers.ts';
import { STREAM_LIMITS } from './stream-limits.ts';
import type { Tapped, Taps } from './taps.ts';

const { streamsMax } = STREAM_LIMITS;

/** One stream. */
export interface SpdyStream {
  readonly id: number;
  readonly name: ChannelName;
  /** Of a port-forward. */
  readonly connection: string | undefined;
  readonly toUpstream: Tapped | undefined;
  readonly toCaller: Tapped | undefined;
  isReplied: boolean;
  /** Upstream has sent data on it. */
  hasSpoken: boolean;
  isUpstreamDone: boolean;
  isClientDone: boolean;
}

const COMMAND_STREAMS: ReadonlySet<string> = new Set<ChannelName>(['stdin', 'stdout', 'stderr', 'error', 'resize']);

/** What a connection is for, and which ports it may open. */
export type Purpose =
  | { readonly kind: 'command' }
  /** @throws {Refusal} the port is not allowed */
  | { readonly kind: 'portforward'; readonly judge: (port: number) => void };

/** What has been opened on one connection. */
export class SpdyStreams {
  readonly #headers = new SpdyHeaders();
  readonly #byId = new Map<number, SpdyStream>();
  readonly #taps: Taps;
  readonly #purpose: Purpose;

  constructor(purpose: Purpose, taps: Taps) {
    this.#purpose = purpose;
    this.#taps = taps;
  }

  /**
   * A stream is opened.
   *
   * @throws {Refusal} REQUEST_MALFORMED its headers say two things or nothing, or there is one like it, or there are `streamsMax`; what the judge of ports throws
   */
  open(id: number, block: Buffer, isClientDone: boolean): void {
    const headers = this.#headers.read(block);
    if (id % 2 === 0 || this.#byId.has(id)) throw malformed('a SPDY stream has a number that it may not have');
    // What is known of a stream stays until both sides have ended it, and upstream forgets one that never became a connection without a word.
    if (this.#byId.size >= streamsMax) throw malformed(`a port-forward has more than ${streamsMax} streams open`);
    const { name, port, connection } = this.#purpose.kind === 'command' ? this.#command(headers) : this.#port(headers);
    const channel = (direction: Channel['direction']): Channel => ({
      name,
      direction,
      ...(port === undefined ? {} : { port }),
      ...(connection === undefined ? {} : { connection }),
    });
    const stream = {
      id,
      name,
      connection,
      toUpstream: this.#taps.open(channel('toUpstream')),
      toCaller: this.#taps.open(channel('toCaller')),
      isReplied: false,
      hasSpoken: false,
      isUpstreamDone: false,
      isClientDone,
    };
    this.#byId.set(id, stream);
    if (isClientDone) stream.toUpstream?.end();
  }

  get(id: number): SpdyStream | undefined {
    return this.#byId.get(id);
  }

  /** A command's streams are few, and kept until the end: what upstream still says of one belongs to it. */
  forget(stream: SpdyStream): void {
    if (this.#purpose.kind === 'portforward' && stream.isUpstreamDone && stream.isClientDone)
      this.#byId.delete(stream.id);
  }

  /** Whether data on a stream that nobody opened is let pass: a port-forward forgets those that are over. */
  get isUnknownPassed(): boolean {
    return this.#purpose.kind === 'portforward';
  }

  get all(): Iterable<SpdyStream> {
    return this.#byId.values();
  }

  #command(headers: ReadonlyMap<string, string>) {
    const name = headers.get('streamtype') ?? '';
    if (!COMMAND_STREAMS.has(name)) throw malformed('a SPDY stream is of no type that a command has');
    for (const stream of this.#byId.values())
      if (stream.name === name) throw malformed(`a command is given a second stream of the type ${name}`);
    return { name: name as ChannelName, port: undefined, connection: undefined };
  }

  #port(headers: ReadonlyMap<string, string>) {
    const text = headers.get('port') ?? '';
    const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : Number.NaN;
    if (!(port <= 65_535)) throw malformed('a stream names no port, or none that there is');
    if (this.#purpose.kind === 'portforward') this.#purpose.judge(port);
    const name: ChannelName = headers.get('streamtype') === 'error' ? 'error' : 'connection';
    return { name, port, connection: headers.get('requestid') ?? '' };
  }
}

function malformed(message: string): Refusal {
  return new Refusal('REQUEST_MALFORMED', message);
}
