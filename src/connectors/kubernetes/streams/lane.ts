import type { Passing } from './passing.ts';

/** One direction of a connection, read as it passes. Its calls do not overlap; after it threw, it takes nothing more. */
export interface Lane {
  /**
   * Reads bytes; what of them, and of those that waited, may pass is put into `out`, also where it throws.
   *
   * @throws {Refusal} nothing beyond `out` may pass, now or later
   */
  take(bytes: Buffer, out: Passing): void;
  /** The side that sends has ended; what was kept back for editing is put into `out`. */
  end(out: Passing): void;
}

/** What the gateway says to a caller whose stream it ends. */
export interface Goodbye {
  /** For a program, as the protocol's own status where it has one. */
  readonly status: Buffer;
  /** For a person. */
  readonly message: string;
  /** Source: RFC 6455, section 7.4.1; never 1000, which clients take for success. */
  readonly closeCode: number;
}

/** The lane to the caller. */
export interface CallerLane extends Lane {
  /** What says goodbye; undefined while a frame is under way that has passed in part, or while it cannot be said yet. */
  goodbye(goodbye: Goodbye): Buffer | undefined;
}

/** How one connection is read. */
export interface Codec {
  readonly toUpstream: Lane;
  readonly toCaller: CallerLane;
  /** Whether failures are told as a `Status` in JSON, and not as a text. */
  readonly hasStatus: boolean;
}
