import type { Approval } from '../approval/approval.ts';
import type { CommandCall } from '../approval/rest.ts';
import type { Amendment } from '../model/amendment.ts';
import type { Caller } from '../model/caller.ts';
import type { Holding } from '../model/hold-terms.ts';
import type { Operation } from '../model/operation.ts';
import type { LookedUp, Shown, ShownRequest, Unread } from '../model/shown.ts';
import type { ExchangeId, SessionId } from '../std/ids.ts';

/** A request that rules hold, as it is put to persons. */
export interface HeldRequest {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly exchange: ExchangeId;
  readonly session: SessionId;
  /** Of all that a yes is bound to. Plain: it is keyed before it is kept or shown; see `Approval.request`. */
  readonly digest: string;
  readonly holds: readonly Holding[];
  /** Undefined: its yes covers nothing else, and no other covers it. */
  readonly call: CommandCall | undefined;
  /** How a caller sees whether it ran, where it must not be done twice. */
  readonly look: string | undefined;
  /** Until when its caller will be there at least, from now. */
  readonly attendedMs: number;
  /** Called where it is asked anew alone. @throws {Refusal} HOLD_UNSUPPORTED it cannot be shown whole */
  readonly show: () => Promise<Shown>;
  /** Looks up what it would do, beside the question; undefined: there is nothing to look up. */
  readonly preview: ((signal: AbortSignal) => Promise<LookedUp>) | undefined;
  /** The labels of its namespace, for teams that they name. */
  readonly namespaceLabels: () => Promise<Readonly<Record<string, string>> | null | 'unknown'>;
}

/** A held request that is only planned, as persons are asked about it together with others of its command. */
export interface PlannedHeld
  extends Pick<HeldRequest, 'caller' | 'operation' | 'digest' | 'holds' | 'namespaceLabels'> {
  /** All of it, with what it would do. */
  readonly shown: ShownRequest;
  /** What its caller is shown instead, where policy does not let it read all that was looked up. */
  readonly unread?: Unread;
}

/** Questions to persons, as the data path asks them. Each call may throw STORE_UNAVAILABLE. */
export interface Approvals {
  /** Whether anybody can be asked at all. */
  readonly canAsk: boolean;
  /**
   * The question about this request: the one that is open, or that was answered or closed a moment ago, or else a new one. Told with `attendedMs` that its caller is there.
   *
   * @throws {Refusal} TOO_MANY_REQUESTS, REPEATED_UNKNOWN, and what `show` refuses
   */
  ask(held: HeldRequest): Promise<Approval>;
  /**
   * The question once it is not pending any more, or as it is after `ms`, or when this gateway stops; `signal` gives up.
   *
   * @throws {Refusal} TOO_MANY_REQUESTS as many wait as may; what `signal` was aborted with
   */
  wait(approval: Approval, caller: Caller, ms: number, signal: AbortSignal): Promise<Waited>;
  /** What asks about it later, together with others: closed, so that its caller can neither read nor change it, and good for a time. Nobody is asked by it. */
  closePlanned(planned: PlannedHeld): Promise<string>;
  /** Whether a wait for it at this gateway ended without an answer so lately. */
  wasToldLately(id: string, withinMs: number): boolean;
  /** Its caller is told to come back: it counts as there for so long from now. */
  attend(id: string, exchange: ExchangeId, ms: number): Promise<void>;
  /** Its caller has gone away. Never throws. */
  leave(id: string, exchange: ExchangeId): void;
  /** What its yes makes of the request before it is sent; none: nothing. @throws {Refusal} STORE_UNAVAILABLE it does not open */
  editsOf(approval: Approval): readonly Amendment[];
  /** Takes the yes for one exchange, in the store. @throws {Refusal} HOLD_EXPIRED it is not there to take any more */
  take(id: string, exchange: ExchangeId): Promise<void>;
  /** What became of the exchange that took it: upstream's status, that it may have run, or that nothing was sent. Never throws. */
  conclude(id: string, exchange: ExchangeId, outcome: number | 'unknown' | 'unsent'): void;
}

/** How a wait ended. */
export interface Waited {
  readonly approval: Approval;
  /** The gateway stops: its caller is to go on elsewhere. */
  readonly isStopping: boolean;
}

/** A gateway without a control plane: nobody can be asked. */
export const noApprovals: Approvals = {
  canAsk: false,
  async ask() {
    throw new Error('a person was asked where nobody can be');
  },
  async wait() {
    throw new Error('a question was waited for where there is none');
  },
  async closePlanned() {
    throw new Error('a planned request was closed where nobody can be asked');
  },
  wasToldLately: () => false,
  async attend() {},
  leave() {},
  editsOf: () => [],
  async take() {
    throw new Error('a yes was taken where there is none');
  },
  conclude() {},
};
