/* Questions to persons, put together: how they are kept, asked by the data path, waited for at this gateway, and answered. */
import type { Approval, Party } from '../approval/approval.ts';
import type { Config } from '../config/load.ts';
import { Answers, type IsStillSigned, type MaskEdits } from '../control/answers.ts';
import type { KeptApproval } from '../control/approval-rows.ts';
import { KeptQuestions } from '../control/kept-questions.ts';
import { LiveApprovals } from '../control/live-approvals.ts';
import type { Notice } from '../control/notices/notice.ts';
import { noticesOf } from '../control/notices/notices.ts';
import { keysIn } from '../control/person-keys/person-keys.ts';
import { isStillSigned } from '../control/person-keys/signed-answer.ts';
import { siteOf } from '../control/person-keys/webauthn.ts';
import { PlannedQuestions } from '../control/planned-questions.ts';
import { Questions } from '../control/questions.ts';
import type { KeptGrant } from '../control/row-body.ts';
import type { SessionSoFar } from '../control/session-so-far.ts';
import type { InFlightShares } from '../pipeline/in-flight-shares.ts';
import type { Event } from '../recording/event.ts';
import type { Clock } from '../std/clock.ts';
import { durationMs } from '../std/duration.ts';
import type { Store } from '../store/store.ts';
import type { Told } from './observe.ts';

interface From {
  readonly limits: Config['limits'];
  readonly clock: Clock;
  readonly log: Told['log'];
  readonly record: (event: Event) => Promise<void>;
  readonly tell: (notice: Notice) => void;
  /** A question as it is now. */
  readonly onAsked: (approval: Approval) => void;
  readonly consoleUrl: () => string;
  readonly maskEdits: MaskEdits;
  readonly sessionSoFar: SessionSoFar;
  /** What waits for a person at other workers of this gateway. */
  readonly heldElsewhere: InFlightShares | undefined;
  /** See `Answers`. */
  readonly isStopped: (who: Party) => boolean;
  readonly onGrant: (kept: KeptGrant) => void;
  readonly recordGrant: (grant: KeptGrant['grant'], by: string, reason: string) => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** Questions of a store at one gateway; `onQuestion` is told of one that something else has asked. */
export function questionParts(store: Store, from: From) {
  const { limits, clock, log, record, tell, onAsked, consoleUrl, onFailure } = from;
  let questions: Questions;
  const onQuestion = (changed: KeptApproval) => {
    approvals.receive(changed);
    onAsked(changed.approval);
    // Called at the gateway that changed it alone: so it is told once.
    for (const notice of noticesOf(changed.approval)) {
      if (notice.kind === 'glass.broken') log.warn({ approval: changed.approval.id }, notice.title);
      tell(notice);
    }
  };
  const kept = new KeptQuestions({ store, record, onChange: onQuestion });
  const planned = new PlannedQuestions({ kept, vault: store.vault });
  const approvals: LiveApprovals = new LiveApprovals({
    store,
    kept,
    questions: () => questions,
    closePlanned: (held) => planned.close(held),
    limits,
    elsewhere: from.heldElsewhere,
    monotonic: () => clock.monotonic(),
    onFailure,
  });
  const isSigned: IsStillSigned = (approval, rows) =>
    isStillSigned(approval, keysIn(rows), siteOf(consoleUrl()), store.now());
  questions = new Questions({
    kept,
    isStillSigned: isSigned,
    isStopped: from.isStopped,
    unknownForMs: durationMs(limits.unknownFor),
    sessionSoFar: from.sessionSoFar,
    onFailure,
  });
  const { maskEdits, onGrant, recordGrant, isStopped } = from;
  const answering = { kept, vault: store.vault, maskEdits, isStillSigned: isSigned, isStopped, onGrant, recordGrant };
  const answers = new Answers(answering);
  return { kept, planned, asking: questions, answers, approvals, onQuestion };
}
