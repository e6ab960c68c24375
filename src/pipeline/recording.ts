import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { Refusal } from '../model/refusal.ts';
import type { MaskedReply } from '../model/reply.ts';
import type { RawRequest } from '../model/request.ts';
import type { Unrepeatable } from '../model/unrepeatable.ts';
import type { Facts } from '../policy/facts.ts';
import type { OutputEdits } from '../recording/event.ts';
import type { Keeping, KeptHead } from '../recording/keeping.ts';
import type { SessionId } from '../std/ids.ts';
import type { Judged } from './judge.ts';

/** Opens recordings; one for each target. */
export interface Recorder {
  open(raw: RawRequest): Recording;
}

/** A part of an exchange that is kept; the recording knows when it began. */
export type KeptHeadHere =
  | Extract<KeptHead, { readonly form: 'body' }>
  | Omit<Extract<KeptHead, { readonly part: 'stream' }>, 'at'>;

/** What was sent and is not kept: how much, and a digest under the journal's own key. */
export interface Typed {
  take(bytes: Uint8Array): void;
  end(): { readonly bytes: number; readonly digest: string };
}

/** The recording of one exchange. */
export interface Recording {
  /** Tells who asks; without this, the exchange ends unrecorded. @throws {Refusal} CALLER_THROTTLED, TOO_MANY_REQUESTS */
  of(caller: Caller): Caller | Promise<Caller>;
  /** The session that the exchange is of, once it is known who asks. */
  session(): SessionId;
  /** Bytes of the caller's body came; a promise where another process has to be asked. @throws {Refusal} CALLER_THROTTLED, TOO_MANY_REQUESTS */
  readonly took: (bytes: number) => Promise<void> | undefined;
  /** Its body came whole; a large one waits for its caller's turn to be read. */
  readonly whole: (bytes: number) => Promise<void> | undefined;
  /** Conditions are evaluated next: where its caller's took long lately, a promise of its turn. @throws {Refusal} TOO_MANY_REQUESTS, or as a rejection */
  conditionsTurn(): Promise<void> | undefined;
  /** A part of the reply is masked next: the same, and it waits as long as it takes. */
  masksTurn(): Promise<void> | undefined;
  /** Does what may take long, conditions and masks, and charges its time to the caller. */
  timed<Result>(work: () => Result): Result;
  /** The intent. @throws {Refusal} RECORDING_UNAVAILABLE, TOO_MANY_REQUESTS */
  begin(operation: Operation): void;
  /**
   * What must not be done twice, and is not repeated blindly: the recording, which is told its end, also knows whether it may have run.
   *
   * @throws {Refusal} REPEATED_UNKNOWN the same request of this caller may have run a moment ago
   */
  once(unrepeatable: Unrepeatable | undefined): void;
  /** What was looked up to decide; the end's record has it. */
  probed(facts: Facts): void;
  /** A Secret was looked up, in a few words without its values; the end's record has it. */
  lookedUp(what: string): void;
  /** The output of a program is edited while it passes; the end's record has how often it was, by then. */
  edits(counts: () => OutputEdits): void;
  /** What policy answered, for the end's record. */
  decided(judged: Judged): void;
  /**
   * Resolves once the intent is kept as this operation needs.
   *
   * @throws {Refusal} RECORDING_UNAVAILABLE; KILLED, TOKEN_EXPIRED, GRANT_ENDED, TARGET_UNKNOWN what the request lives by has ended meanwhile
   */
  permitted(judged: Judged): Promise<void>;
  /** @throws {Refusal} KILLED, TOKEN_EXPIRED, GRANT_ENDED, TARGET_UNKNOWN what the request lives by has ended meanwhile */
  refuseEnded(): void;
  /**
   * What ends the exchange upstream: `caller`, when it goes away; and of a read without an end, the gateway where it stops before the reply has begun. That may
   * take days: a followed log has no head before its first line.
   *
   * @throws {Refusal} SHUTTING_DOWN it is such a read, and the gateway stops; what `permitted` does where what the request lives by has ended since
   */
  endedWith(caller: AbortSignal): AbortSignal;
  /**
   * What ends a wait for persons: that the caller goes away, or that what the request lives by has ended, or that the gateway cuts it.
   */
  waiting(caller: AbortSignal): AbortSignal;
  /**
   * Keeps what passes from now on, in the recording's view; `onRoom` says that more is wanted after it was too much.
   *
   * @throws {Refusal} RECORDING_UNAVAILABLE
   */
  keep(head: KeptHeadHere, onRoom: () => void): Keeping;
  /** What is going to pass can be kept, as far as anybody knows. @throws {Refusal} RECORDING_UNAVAILABLE */
  ready(): void;
  /** Counts and digests what is not kept. */
  typed(): Typed;
  /** Why the gateway itself ends this stream, for the end's record. */
  limited(reason: string): void;
  /**
   * The same reply; its end ends the exchange. Where it leaves open whether what must not be done twice was done, it has no Retry-After.
   *
   * @throws {Refusal} OUTCOME_UNKNOWN the journal broke meanwhile: the reply is given up, and nothing of it goes to the caller
   */
  replied(reply: MaskedReply): MaskedReply;
  /** The same refusal; it ends the exchange. */
  refused(refusal: Refusal): Refusal;
}
