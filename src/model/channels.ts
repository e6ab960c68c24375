/** What a channel of an exec, attach or port-forward carries; `connection` and its `error` are those of a port-forward. */
export type ChannelName = 'stdin' | 'stdout' | 'stderr' | 'error' | 'resize' | 'connection';

/** One channel in one direction. */
export interface Channel {
  readonly name: ChannelName;
  readonly direction: 'toUpstream' | 'toCaller';
  /** Of a port-forward: the port that the connection is for, where its stream says so, and what tells connections apart. */
  readonly port?: number;
  readonly connection?: string;
}

/** Changes what passes in one channel. What it is given is its own from then on. */
export interface ChannelEditor {
  readonly kind: 'editor';
  /** What may leave now. */
  write(chunk: Buffer): Buffer;
  /** What is left, now that nothing follows. */
  end(): Buffer;
}

/** Sees what passes in one channel, as it leaves the taps that were attached before; it must not change the bytes, nor keep them without a copy. */
export interface ChannelObserver {
  readonly kind: 'observer';
  see(chunk: Buffer): void;
  end(): void;
}

/** Is asked once for each channel and direction, as it opens; undefined lets it pass. */
export type TapFor = (channel: Channel) => ChannelEditor | ChannelObserver | undefined;

/** What passes in a duplex reply, taken apart. Channels that nobody changes pass as the bytes that they came in. */
export interface Channels {
  /** Attaches behind what is attached; only before the first byte passes. */
  attach(tapFor: TapFor): void;
  /** Takes nothing more of either side until the function that it returns is called. */
  hold(): () => void;
  /** A command's exit code, from what is said on its channel `error`; undefined where that does not tell. */
  exitCode(said: Buffer): number | undefined;
}

/** Why the gateway ends a stream; the connector says it in its own protocol. */
export interface StreamEnd {
  /** `access` it may no longer be had; `token` the caller's token ended; `limit` it lived or was silent as long as its rule lets it; `gone` what it leads into has ended; `stop` the gateway stops; `fault` what passes cannot be let pass. */
  readonly why: 'access' | 'token' | 'limit' | 'gone' | 'stop' | 'fault';
  /** For the caller: one sentence, or a part of one. */
  readonly message: string;
}

/** The error of a stream that the gateway cut on purpose, having said so where its protocol can. */
export class StreamEnded extends Error {}
