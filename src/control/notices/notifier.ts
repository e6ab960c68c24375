import type { Notice } from './notice.ts';

/** What a notifier is given beside the notice. */
export interface Sending {
  readonly signal: AbortSignal;
  /** Where the notice can be looked at; empty: nowhere. */
  readonly link: string;
  /** What the notifier gave back for the first notice about the same; undefined: that is the first. */
  readonly thread: string | undefined;
  readonly nowMs: number;
}

/**
 * Tells people. What it gives back is kept, and given to it with the next notice about the same, until no other comes.
 */
export interface Notifier {
  /** @throws {SendFailure} it was not taken; any other error is tried again too */
  send(notice: Notice, sending: Sending): Promise<string | undefined>;
}
