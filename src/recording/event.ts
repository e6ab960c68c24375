/*
 * What the journal keeps: one closed union of events.
 *
 * An exchange is begun (the intent), where needed permitted, and ended exactly once, whatever became of it. Every instant is in whole
 * milliseconds since 1970, digests are in lower-case hex. Security: no event has a field for a token, a credential, a header or
 * the bytes of a body; a body is known by a digest under the journal's own key, what is kept of it lies masked in packs, and texts that a caller chose have masks
 * where detectors find a value (T55).
 *
 * The reference page docs/reference/journal.md has a section for each type here.
 */

import type { RefusalCode } from '../model/refusal-codes.ts';
import type { ExchangeId, SessionId } from '../std/ids.ts';
import type { CopyRefused } from './copy-refused.ts';
import type { DelegationChanged } from './delegation-changed.ts';
import type { KeptFiles } from './keeping.ts';
import type { KeyChanged } from './key-changed.ts';
import type { PieceRef } from './piece.ts';
import type { RetentionApplied } from './retention-applied.ts';
import type { TargetChanged } from './target-changed.ts';
import type { TokenChanged } from './token-changed.ts';

/** What is recorded. `journal.segment` and `journal.carried` are written by the journal alone. */
export type Event =
  | SegmentBegun
  | ExchangesCarried
  | JournalRecovered
  | GatewayStarted
  | GatewayStopped
  | PolicyLoaded
  | PolicyRefused
  | CallerThrottled
  | MaskGuessed
  | MaskReturned
  | GrantChanged
  | KillChanged
  | TokenChanged
  | LoginChanged
  | TargetChanged
  | KeyChanged
  | DelegationChanged
  | ApprovalChanged
  | ExchangeBegun
  | ExchangePermitted
  | ExchangeRecorded
  | ExchangeEnded
  | RecordingRead
  | RetentionApplied
  | CopyRefused;

/** Every type that there is; a line of another type is not one of this format. */
export const EVENT_TYPES: Readonly<Record<Event['type'], true>> = Object.freeze({
  'journal.segment': true,
  'journal.carried': true,
  'journal.recovered': true,
  'gateway.started': true,
  'gateway.stopped': true,
  'policy.loaded': true,
  'policy.refused': true,
  'caller.throttled': true,
  'mask.guessed': true,
  'mask.returned': true,
  'grant.changed': true,
  'kill.changed': true,
  'token.changed': true,
  'login.changed': true,
  'target.changed': true,
  'key.changed': true,
  'delegation.changed': true,
  'approval.changed': true,
  'exchange.begun': true,
  'exchange.permitted': true,
  'exchange.recorded': true,
  'exchange.ended': true,
  'recording.read': true,
  'retention.applied': true,
  'copy.refused': true,
});

/** The first line of every segment: it names the format and the gateway, and joins the segment to the one before. */
export interface SegmentBegun {
  readonly type: 'journal.segment';
  readonly at: number;
  /** `/1` has no `exchange.recorded` and no `recording.read`; both are read. */
  readonly format: 'sallyport-journal/1' | 'sallyport-journal/2';
  readonly gateway: string;
  readonly segment: number;
  /** The hash of the line before this one, in the segment before; 64 zeros where there is none. */
  readonly previous: string;
  /** How many open exchanges the `journal.carried` lines that follow hold together. */
  readonly carried: number;
}

/** Exchanges that were open when the segment began, so that a segment can be read without those before it. */
export interface ExchangesCarried {
  readonly type: 'journal.carried';
  readonly at: number;
  readonly exchanges: readonly (readonly [ExchangeId, SessionId])[];
}

/** What a crash or a failed disk left was put right. */
export interface JournalRecovered {
  readonly type: 'journal.recovered';
  readonly at: number;
  /** Why, in one phrase. */
  readonly reason: string;
  /** Bytes that belonged to no whole line, or may not have reached the disk; each is kept in a file that `setAside` names. */
  readonly tornBytes: number;
  readonly setAside: readonly string[];
  /** How many exchanges are closed as lost right after this line. */
  readonly lost: number;
}

export interface GatewayStarted {
  readonly type: 'gateway.started';
  readonly at: number;
  readonly version: string;
  /** The built-in guards that the configuration opens under `unsafe`. */
  readonly openGuards: readonly string[];
  /** Targets whose policy is only observed, and until when; absent: none. */
  readonly observed?: { readonly targets: readonly string[]; readonly until: number };
  /** Of a gateway with several: which it is, from 1 on, and of how many, each of whom writes a journal; absent: it is one process. */
  readonly worker?: { readonly number: number; readonly of: number };
}

export interface GatewayStopped {
  readonly type: 'gateway.stopped';
  readonly at: number;
  readonly reason: string;
}

export interface PolicyLoaded {
  readonly type: 'policy.loaded';
  readonly at: number;
  readonly files: readonly string[];
  readonly rules: number;
  /** SHA-256 over the bytes of the files, in their order. */
  readonly digest: string;
}

/** A changed policy was refused as a whole; the one before stays in force. */
export interface PolicyRefused {
  readonly type: 'policy.refused';
  readonly at: number;
  /** Each mistake in one line. */
  readonly findings: readonly string[];
}

/** A caller asked faster than it may. What was refused so has no exchange of its own: it is in this count, and nothing of it was forwarded. */
export interface CallerThrottled {
  readonly type: 'caller.throttled';
  /** When the count was taken. */
  readonly at: number;
  readonly caller: RecordedCaller;
  /** When the first of them came. */
  readonly since: number;
  readonly requests: number;
}

/** A caller wrote so many different values into places of an object that are masked for it that more are refused. Once for each caller, object and hour. */
export interface MaskGuessed {
  readonly type: 'mask.guessed';
  readonly at: number;
  /** The first that was refused. */
  readonly exchange: ExchangeId;
  readonly caller: RecordedCaller;
  readonly target: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly guessesMax: number;
}

/** A mask that is remembered (`honeytoken`) came back where it does not belong: it says whom it had been shown to, and who brought it. */
export interface MaskReturned {
  readonly type: 'mask.returned';
  readonly at: number;
  readonly exchange: ExchangeId;
  readonly peer: string;
  /** Absent where it came in the place of a token. */
  readonly caller?: RecordedCaller;
  /** `token`, `path`, `query`, `command` or `body`. */
  readonly where: string;
  /** The mask of policy, and where it stood. */
  readonly mask: string;
  readonly place: {
    readonly target: string;
    readonly apiGroup: string;
    readonly resource: string;
    readonly namespace: string;
    readonly at: string;
  };
  /** Whom it was shown to, the first 20. */
  readonly readers: readonly {
    readonly subject: string;
    readonly issuer: string;
    readonly at: number;
    readonly exchange: ExchangeId;
  }[];
}

/** A grant was asked for, was given, or ended; written before it is so. */
export interface GrantChanged {
  readonly type: 'grant.changed';
  readonly at: number;
  readonly grant: string;
  readonly state: 'pending' | 'live' | 'ended';
  readonly holder: { readonly subject: string; readonly issuer: string };
  /** Who changed it; empty where it ended by itself. */
  readonly by: string;
  /** Their own words. */
  readonly reason: string;
  readonly endedBy?: string;
  /** What is granted, and by which rules. */
  readonly parts: readonly {
    readonly rule: string;
    readonly target: string;
    readonly verbs: readonly string[];
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames: readonly string[];
    readonly namespaces: readonly string[];
    /** Places are shown that its rule unmasks. */
    readonly unmask?: true | undefined;
  }[];
  readonly endsAt?: number;
  readonly usesMax?: number;
}

/** A person signed in to the console with a browser, or that session ended; written before it is so. */
export interface LoginChanged {
  readonly type: 'login.changed';
  readonly at: number;
  /** The id of the browser's session; no session of a caller's recordings. */
  readonly login: string;
  readonly state: 'live' | 'ended';
  readonly person: { readonly subject: string; readonly issuer: string };
  /** The address that signed in; empty of an end. */
  readonly peer: string;
  /** When it ends, whatever its person does. */
  readonly endsAt: number;
  /** `person`: signed out. `replaced`: by a newer one. `kill`: an operator stopped the person. `time`: it was over already. */
  readonly endedBy?: 'person' | 'replaced' | 'kill' | 'time';
}

/** An operator stopped a caller, a session, a target or all, or lifted that again. */
export interface KillChanged {
  readonly type: 'kill.changed';
  readonly at: number;
  readonly kill: string;
  readonly state: 'live' | 'lifted';
  readonly what: 'caller' | 'session' | 'target' | 'all';
  readonly value: string;
  readonly by: string;
  readonly reason: string;
}

/** A question to persons was asked, answered or closed; written before it is so. */
export interface ApprovalChanged {
  readonly type: 'approval.changed';
  readonly at: number;
  readonly approval: string;
  readonly state: 'pending' | 'approved' | 'rejected' | 'expired' | 'withdrawn';
  /** Of all that was shown. */
  readonly digest: string;
  /** Who asks. */
  readonly asker: { readonly subject: string; readonly issuer: string };
  readonly target: string;
  /** In words. */
  readonly operation: string;
  readonly rules: readonly string[];
  /** The exchange that asks; absent of a grant, and of a planned command. */
  readonly exchange?: string;
  /** The grant that is asked for. */
  readonly grant?: string;
  /** Of a planned command: how many of its requests are asked about. */
  readonly requests?: number;
  /** Who answered, and what; absent where nobody did. */
  readonly answer?: {
    readonly answer: 'approve' | 'reject';
    readonly subject: string;
    readonly issuer: string;
    readonly reason: string;
    /** What a yes left of it: a shorter time, edits; in words. */
    readonly narrowed?: readonly string[];
    /** A yes to the rest of the command too: so many requests, for so long. */
    readonly rest?: { readonly usesMax: number; readonly forMs: number };
    /** Approvers who had handed on what they answer, and in whose place it was said. */
    readonly inPlaceOf?: readonly { readonly subject: string; readonly issuer: string }[];
    /** Who asks went through alone, in an emergency: nobody else has said yes. */
    readonly breakGlass?: true;
    /** Of a signed one: the credential of the key. */
    readonly signedBy?: string;
  };
  /** The approval whose yes to the rest of a command covers this one; nobody was asked. */
  readonly restOf?: string;
  /** A word between who asks and who answers. */
  readonly said?: { readonly subject: string; readonly issuer: string; readonly text: string };
}

/** The intent: who asks for what. */
export interface ExchangeBegun {
  readonly type: 'exchange.begun';
  readonly at: number;
  readonly exchange: ExchangeId;
  readonly session: SessionId;
  readonly caller: RecordedCaller;
  readonly target: string;
  readonly peer: string;
  readonly method: string;
  /** Absent where the request could not be read as an operation; `exchange.ended` says why. */
  readonly operation?: RecordedOperation;
  /** It was only planned (`sallyport plan`): whatever became of it, nothing was forwarded. Absent: it was meant. */
  readonly planned?: true;
}

/** Who asks. The token is told apart from others by `session` and kept in no form. */
export interface RecordedCaller {
  readonly subject: string;
  readonly issuer: string;
  readonly groups: readonly string[];
  readonly kind: 'autonomous' | 'person';
  readonly labels: Readonly<Record<string, string>>;
  /** Of a token that the gateway gave for this caller: its id. What carries it is a program of the caller's. */
  readonly token?: string;
  /** Who acts for the subject, by the token's own word (`act`), the nearest first; empty where it names none. */
  readonly actors?: readonly string[];
}

/** What is asked, in Kubernetes' own fields. */
export interface RecordedOperation {
  readonly verb: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly power?: string;
  /** Decoded pairs; only keys that the Kubernetes API knows, since an application's own may hold a secret. */
  readonly query: readonly (readonly [string, string])[];
  readonly stream?: {
    readonly container?: string;
    readonly argv: readonly string[];
    readonly tty: boolean;
    readonly ports?: readonly number[];
  };
  /** What the caller's own program says that the request belongs to; nobody checks it. `session` is the same for all requests of one run. */
  readonly claimed?: { readonly session: string; readonly command: string };
  /** `digest`: `hmac-sha256:` and its hex digits, under the journal's own key. */
  readonly body?: { readonly mediaType: string; readonly bytes: number; readonly digest: string };
}

/**
 * Policy allowed it; written, and synced, before anything is forwarded that changes or streams. An exchange has another one each time it is judged anew,
 * because its object had changed before upstream did anything.
 */
export interface ExchangePermitted {
  readonly type: 'exchange.permitted';
  readonly at: number;
  readonly exchange: ExchangeId;
  readonly rule: string;
  /** The grant by which the rule allows; absent where it stands by itself. */
  readonly grant?: string;
  /** Places whose values are shown to this caller and masked for others; `output.shown` of the end says how many were. No value is kept. */
  readonly unmask?: readonly string[];
  /** The question that persons have answered with yes; absent where no rule holds it. */
  readonly approval?: string;
  /** Where rules amended the request: which, and the operation that is forwarded; `exchange.begun` has what was asked. */
  readonly amended?: { readonly rules: string; readonly operation: RecordedOperation };
  /** The state of its object that the forwarded request is held to, where the decision hangs on it. */
  readonly precondition?: RecordedPrecondition;
}

/** That there be no such object, or that it be at this version, in this life where that is asked for too. */
export type RecordedPrecondition = 'absent' | { readonly resourceVersion: string; readonly uid: string };

/**
 * What passed in an exchange is kept, masked, in packs beside the segments. Several follow one another while it passes; the last of a part has `end`. It may come
 * after the exchange's own end, by the moment that the disk took.
 */
export interface ExchangeRecorded {
  readonly type: 'exchange.recorded';
  readonly at: number;
  readonly exchange: ExchangeId;
  readonly part: 'request' | 'reply' | 'stream';
  /** `terminal`: asciicast v3. `events`: timed lines of the same kind, with the channels' names. */
  readonly form: 'body' | 'terminal' | 'events';
  readonly mediaType?: string;
  /** One behind the other they are the bytes. */
  readonly pieces: readonly PieceRef[];
  /** The pieces hold lists of pieces. */
  readonly isList?: true;
  /** What the pieces hold, or those that they list. */
  readonly bytes: number;
  readonly end?: {
    /** Whether all that passed is kept. */
    readonly isWhole: boolean;
    /** All bytes that passed. */
    readonly bytes: number;
    readonly exitCode?: number;
    /** What a command was sent and is not kept; `digest` as of a body. */
    readonly stdin?: { readonly bytes: number; readonly digest: string };
    /** An archive that a command said (`kubectl cp`), which is not kept. */
    readonly archive?: { readonly bytes: number; readonly digest: string };
    /** The files of an archive, sent or said; the first of them, and how many there were. */
    readonly files?: KeptFiles;
  };
}

/** Somebody read at the control plane what is kept of an exchange. */
export interface RecordingRead {
  readonly type: 'recording.read';
  readonly at: number;
  readonly exchange: ExchangeId;
  readonly by: { readonly subject: string; readonly issuer: string };
}

/** The end of an exchange; each has exactly one. */
export interface ExchangeEnded {
  readonly type: 'exchange.ended';
  readonly at: number;
  readonly exchange: ExchangeId;
  readonly session: SessionId;
  readonly outcome: Outcome;
  /** What policy answered; absent where it was not asked. `facts` were looked up for it, `notes` are rules that could not be evaluated whole. */
  readonly decision?: {
    readonly effect: 'allow' | 'deny' | 'hold';
    readonly rule: string;
    readonly grant?: string;
    readonly approval?: string;
    /** What policy would have answered, had all that is only observed been enforced; absent where it is the same. */
    readonly shadow?: { readonly effect: 'allow' | 'deny' | 'hold'; readonly rule: string };
    readonly facts?: readonly string[];
    readonly notes?: readonly string[];
  };
  /** Absent for a lost exchange: nobody measured it. */
  readonly traffic?: Traffic;
  /** What was done to the output of a program; absent where nothing was. */
  readonly output?: OutputEdits;
}

/**
 * How many values were masked, how many control sequences and hidden characters were shown instead of done, and how many values a rule's `unmask` showed (absent:
 * none).
 */
export interface OutputEdits {
  readonly masked: number;
  readonly neutralised: number;
  readonly shown?: number;
}

export interface Traffic {
  /** Bytes of bodies, from the caller and to it; of an exec or port-forward, all that passed behind the two heads. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly durationMs: number;
}

/** What became of an exchange. */
export type Outcome =
  /** Upstream answered, and all of it went to the caller. `reason` says what ended a stream that the gateway ended. */
  | { readonly kind: 'answered'; readonly status: number; readonly reason?: string }
  /** The gateway said no, or could not; nothing was forwarded, or nothing that upstream did (OBJECT_CHANGED) or had begun to answer (SHUTTING_DOWN). */
  | {
      readonly kind: 'refused';
      readonly code: RefusalCode;
      readonly status: number;
      readonly message: string;
      readonly detail?: string;
    }
  /** It failed after it was forwarded: it ran or may have run. */
  | {
      readonly kind: 'broken';
      readonly code: RefusalCode;
      readonly status: number;
      readonly message: string;
      readonly detail?: string;
    }
  /**
   * The caller went away first, or took or ended nothing for longer than a limit allows, which `reason` names; `status` is there where upstream had begun to
   * answer.
   */
  | { readonly kind: 'abandoned'; readonly status?: number; readonly reason?: string }
  /** It was open when the gateway was killed, or it ended while nothing could be written. */
  | { readonly kind: 'lost' };
