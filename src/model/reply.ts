import type { Duplex } from 'node:stream';
import type { ByteSource } from '../std/byte-source.ts';
import type { Channels, StreamEnd } from './channels.ts';

/** What came back from upstream; a closed union that masking and recording switch on. */
export type Reply = UnaryReply | StreamReply | DuplexReply;

export interface ReplyHead {
  readonly status: number;
  /** Names and values in turn, hop-by-hop headers removed. */
  readonly headers: readonly string[];
}

/** A body, as it passes. */
interface BodyReply extends ReplyHead {
  readonly body: ByteSource;
  /** It came packed by gzip and was opened, and is packed again once it is masked. */
  readonly isPacked?: boolean;
}

/** One body with an end of its own. */
export interface UnaryReply extends BodyReply {
  readonly kind: 'unary';
  /** All that `body` gives, where it was read beforehand: its reader has to be told its length. */
  readonly whole?: Buffer;
}

/** Frames without an end of their own: watch, `logs -f`. */
export interface StreamReply extends BodyReply {
  readonly kind: 'stream';
  /** Ends it, as its protocol says goodbye; does nothing where it has ended. What is under way is finished first, so it may take a moment. */
  end(reason: StreamEnd): void;
}

/** Two byte streams after status 101: exec, attach, port-forward. Its headers are as upstream sent them, `Connection` and `Upgrade` included. */
export interface DuplexReply extends ReplyHead {
  readonly kind: 'duplex';
  readonly socket: Duplex;
  /** What upstream sent behind its 101. */
  readonly head: Buffer;
  /** What passes, for who masks and records; absent where nobody can tell (a proxy's upgrade). */
  readonly channels?: Channels;
  /** Ends it, as its protocol says goodbye; does nothing where it has ended. What is under way is finished first, so it may take a moment. */
  end(reason: StreamEnd): void;
}

declare const masked: unique symbol;

/** A reply out of which every value that must be hidden has been taken. Only `mask` makes one. */
export type MaskedReply = Reply & { readonly [masked]: true };

/** A masked reply in another form, in which its caller asked for it. */
export interface FramedReply extends DuplexReply {
  readonly framed: MaskedReply;
}

/** A refusal in the form that the caller's protocol expects; it holds nothing from upstream. */
export interface RefusedReply extends ReplyHead {
  readonly kind: 'refused';
  readonly body: Uint8Array;
}

/** What the listener may write to a caller. */
export type Answer = MaskedReply | FramedReply | RefusedReply;
