/** Who may answer a question: persons by subject or group, or the team that a label of the namespace names. */
export type Approver =
  | {
      readonly subjects?: readonly string[];
      readonly groups?: readonly string[];
      /** Only then: while they are on shift. Absent: always. */
      readonly times?: Times;
      /** Public keys with which they sign, where the rule wants that. */
      readonly keys?: readonly string[];
    }
  | { readonly namespaceLabel: string; readonly groupPrefix: string };

/** Persons as a rule names its callers. */
export interface NamedPersons {
  readonly subjects?: readonly string[];
  readonly groups?: readonly string[];
  readonly issuers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** Who may answer too, once a question has been open for so long. */
export interface Escalation {
  readonly afterMs: number;
  readonly approvers: readonly Approver[];
}

/** What a rule answers by itself, and when; the first that speaks now. */
export interface AutoAnswer {
  readonly answer: 'approve' | 'reject';
  /** Absent: always. */
  readonly times?: Times;
  /** Only for so long after a person said no to the like. Absent: whatever anybody said. */
  readonly cooldownMs?: number;
}

/** When something holds. Instants in milliseconds since 1970; minutes of the day on the clock of their zone. */
export interface Times {
  readonly startsAt?: number;
  readonly endsAt?: number;
  readonly windows?: readonly {
    readonly days: readonly number[];
    readonly fromMinute: number;
    readonly toMinute: number;
    readonly timeZone: string;
  }[];
}

/** Who is asked about what a rule holds, and what their yes is good for. Lengths of time in milliseconds. */
export interface HoldTerms {
  /** None: whoever holds the role `approver` for the place. */
  readonly approvers: readonly Approver[];
  /** Yeses, each of another person. */
  readonly quorum: number;
  /** How long the question is open. */
  readonly waitMaxMs: number;
  /** How long an exec or port-forward is held on its connection. */
  readonly upgradeWaitMaxMs: number;
  /** How long a yes is good. */
  readonly claimForMs: number;
  /** What of the live object must be as it was shown. */
  readonly pin: 'uid' | 'resourceVersion';
  /** Guards that the yes lifts for the very request. */
  readonly lifts: readonly string[];
  /**
   * `command`: a yes can be widened to the rest of the command, from its second question on. `helm`: a yes to the pending record of a release covers what the release says.
   * Absent: each call is asked about by itself.
   */
  readonly intent?: 'command' | 'helm';
  /** Absent: persons answer. */
  readonly auto?: readonly AutoAnswer[];
  /** A yes is signed: by a key that the policy files list, or by an `enrolled` one too. Absent: it is not. */
  readonly signed?: 'files' | 'enrolled';
  /** How long ago at most who says yes signed in. Absent: it is not asked. */
  readonly freshMs?: number;
  /** Who goes through alone in an emergency, with what they ask themselves. Absent: nobody. */
  readonly breakGlass?: readonly NamedPersons[];
  /** Where it may be answered beside the console and `/api/v1`. Absent: nowhere. */
  readonly answerFrom?: readonly string[];
  /** Whether who answers may hand that to another person for a time. Absent: not. */
  readonly delegate?: true;
  /** Absent: nobody else. */
  readonly escalate?: readonly Escalation[];
  /** Only what its caller has not done for so long is held; absent: all of it. */
  readonly novelMs?: number;
}

/** A rule that holds a request, and on which terms. */
export interface Holding extends HoldTerms {
  readonly rule: string;
  /** Its reason; may be empty. */
  readonly reason: string;
}

/** Of a hold that says nothing itself; documented in docs/reference/policy.md. */
export const DEFAULT_HOLD: HoldTerms = Object.freeze({
  approvers: [],
  quorum: 1,
  waitMaxMs: 600_000,
  upgradeWaitMaxMs: 50_000,
  claimForMs: 600_000,
  pin: 'uid',
  lifts: [],
});
