/*
 * A person before what a rule holds. The request waits here, on its own connection, and nothing of it has been sent. When persons have said yes, policy is asked
 * again, with what is there now; only where it still says the same of the very same request, on the same life of its object, does the yes count.
 *
 * A client that follows a 429 by itself is answered one before it, or what stands before the gateway, loses patience, and joins the same question when it comes
 * back. Whoever does not is told whom to wait for and to run it again. A question whose caller has gone is withdrawn: nothing is done after its caller has left.
 *
 * A yes that no person gave to this very request, a rule's own or one to the rest of a command, is held to the budgets of its caller as what policy allows is.
 */
import type { Approval } from '../approval/approval.ts';
import type { Asking, Probe } from '../connectors/connector.ts';
import type { AllowDecision, HoldDecision } from '../model/decision.ts';
import { Refusal } from '../model/refusal.ts';
import type { RefusalCode } from '../model/refusal-codes.ts';
import type { ExchangeId } from '../std/ids.ts';
import type { PolicyPorts } from './ask-policy.ts';
import { askShadowed } from './ask-shadow.ts';
import type { Gateway } from './gateway.ts';
import { heldCommand } from './held-command.ts';
import { heldDigest } from './held-digest.ts';
import { expired, heldOpen, heldOtherwise, heldTold, rejected, unsupported } from './held-refusals.ts';
import { heldRelease } from './held-release.ts';
import type { Edits, Judged } from './judge.ts';
import { lifeOf } from './life-of.ts';
import { mayReadOf } from './plan/may-read.ts';
import { previewForAnswer } from './preview-for-answer.ts';
import type { Recording } from './recording.ts';
import { showHeld } from './show-held.ts';
import { undoForeseen } from './undo/undo-foreseen.ts';

/** Limits of waiting; documented in docs/reference/limits.md. */
export const WAIT_LIMITS = Object.freeze({
  /** How long a client that was told 429 may stay away before it counts as gone. */
  graceMs: 20_000,
  /** A second try at an upgrade within so long after the first was answered is answered at once: clients that are refused one protocol try the other. */
  secondTryMs: 5_000,
  /** How often a request is asked about anew in one exchange, where it changed while a person looked at it. */
  questionsMax: 3,
});

type Held = Judged & { readonly decision: HoldDecision };

/** See `withinBudgets`. */
type Within = (judged: Judged) => Promise<Judged>;

/**
 * Judges, and asks persons where rules hold the request; `probe` looks up what it would do: what comes back is what policy says of it after their yes. What no
 * person has seen goes `within` the budgets of its caller, and is asked about again where one of them holds it.
 *
 * @throws {Refusal} HELD, HELD_WAITING, HOLD_EXPIRED, REJECTED, HOLD_UNSUPPORTED, STORE_UNAVAILABLE, TOO_MANY_REQUESTS, REPEATED_UNKNOWN, OBJECT_CHANGED; what `judging` refuses
 */
export function askingPersons(
  gateway: Omit<AskingParts, 'probe'>,
  recording: Pick<Recording, 'decided' | 'waiting'> & AskingRecording,
  exchange: ExchangeId,
  caller: AbortSignal,
): (judging: (edits?: Edits) => Promise<Judged>, within: Within, probe: Probe) => Promise<Judged> {
  return async (judging, within, probe) => {
    const asking = { judging, within, probe, exchange };
    for (let questions = 0; ; questions++) {
      const asked = await answeredOrOpen(gateway, recording, asking);
      if ('judged' in asked) return asked.judged;
      const { held, approval } = asked;
      if (approval.state !== 'pending' || questions === WAIT_LIMITS.questionsMax) throw refusalOf(held, approval);
      await wait(gateway, recording, asked, { exchange, caller });
    }
  };
}

interface Judging {
  readonly judging: (edits?: Edits) => Promise<Judged>;
  readonly within: Within;
  readonly probe: Probe;
  readonly exchange: ExchangeId;
}

/** A question that is not answered with a yes. Thousands may wait for as many answers, so it does not hold what was looked up to ask it. */
interface Open {
  readonly held: Held;
  readonly approval: Approval;
  readonly asking: Asking;
}

/** What policy says of the request, where nobody has to be asked or those who were have said yes; else the question. */
async function answeredOrOpen(
  gateway: Omit<AskingParts, 'probe'>,
  recording: Pick<Recording, 'decided'> & AskingRecording,
  { judging, within, probe, exchange }: Judging,
): Promise<{ readonly judged: Judged } | Open> {
  let judged = await judging();
  for (;;) {
    if (judged.decision.effect !== 'hold') return { judged };
    const held = judged as Held;
    recording.decided(judged);
    if (!gateway.approvals.canAsk) throw unsupported(held);
    const asked = await ask({ ...gateway, probe }, recording, held, exchange);
    const { approval, asking } = asked;
    if (approval.state !== 'approved') return { held, approval, asking };
    const allowed = await approved(gateway, asked, held, judging);
    if (!isUnseen(approval, held)) return { judged: allowed };
    judged = await bounded(allowed, within);
  }
}

interface Asked {
  readonly approval: Approval;
  readonly asking: Asking;
  /** The live object; null: there is none, undefined: the operation names none. */
  readonly existing: object | null | undefined;
}

type AskingParts = PolicyPorts &
  Pick<Gateway, 'rules' | 'connector' | 'approvals' | 'masking' | 'preImages' | 'writeBack' | 'releases' | 'observing'>;

type AskingRecording = Pick<Recording, 'probed' | 'lookedUp' | 'session' | 'timed' | 'conditionsTurn'>;

async function ask(gateway: AskingParts, recording: AskingRecording, held: Held, exchange: ExchangeId): Promise<Asked> {
  const { connector, probe, approvals, masking, preImages } = gateway;
  const { caller, request, operation, decision } = held;
  const existing = await lifeOf(gateway, recording, held);
  if (existing === 'unknown')
    throw new Refusal(
      'FACT_UNKNOWN',
      'a person is to be asked, and the live object that the yes is for could not be looked up',
      {
        rule: decision.rule,
        advice: 'try again',
      },
    );
  const asking = connector.asking(request, operation);
  const { waitMs, after } = patienceOf(asking, decision);
  const approval = await approvals.ask({
    caller,
    operation,
    exchange,
    session: recording.session(),
    digest: heldDigest({
      caller,
      operation,
      holds: decision.holds,
      lifts: decision.lifts,
      what: asking.what,
      existing,
    }),
    holds: decision.holds,
    call: heldCommand(held) ?? (await heldRelease(gateway, held, existing)),
    look: connector.unrepeatable(request, operation)?.look,
    attendedMs: after === 'told' ? Number.POSITIVE_INFINITY : waitMs + WAIT_LIMITS.graceMs,
    show: async () => showHeld(masking, held, asking, undoForeseen({ connector, preImages }, operation, decision)),
    preview: (signal) => {
      recording.lookedUp('preview');
      // What a read of its caller's own would need to be judged is no fact of this request.
      const own = askShadowed(gateway, unrecorded(recording), gateway.rules(), caller);
      return previewForAnswer(masking, probe, held, mayReadOf(connector, own, request), signal);
    },
    namespaceLabels: () => probe.namespaceLabels(operation, caller),
  });
  return { approval, asking, existing };
}

function unrecorded(recording: Pick<Recording, 'timed' | 'conditionsTurn'>): Parameters<typeof askShadowed>[1] {
  return {
    probed() {},
    timed: (work) => recording.timed(work),
    conditionsTurn: () => recording.conditionsTurn(),
  };
}

function patienceOf({ patience }: Asking, { holds }: HoldDecision) {
  const waitMs =
    patience.waitMs === 'upgrade'
      ? Math.min(...holds.map(({ upgradeWaitMaxMs }) => upgradeWaitMaxMs))
      : patience.waitMs;
  return { waitMs, after: patience.after };
}

/**
 * The request as it is sent after the yes: held by upstream itself to the life, and the very version, of the object that policy has just been asked about. Where that
 * changes before it is done, all of this is done again, and the yes counts for the same life alone.
 */
async function approved(
  { connector, approvals }: Pick<Gateway, 'connector' | 'approvals'>,
  { approval, existing }: Asked,
  asked: Held,
  judging: (edits: Edits) => Promise<Judged>,
): Promise<Judged> {
  const { id } = approval;
  const amend = approvals.editsOf(approval);
  const again = amend.length === 0 ? asked : await judging({ by: `approval ${id}`, amend });
  const { effect } = again.decision;
  if (effect === 'deny') return again;
  if (effect === 'allow') return { ...again, decision: { ...again.decision, approval: id } };
  const { decision, ...judged } = again as Held;
  // Security: as somebody amends it, it may be held by others, whom nobody has asked.
  if (JSON.stringify(heldBy(decision)) !== JSON.stringify(heldBy(asked.decision))) throw heldOtherwise(asked, approval);
  const states = existing === undefined ? [] : [existing as never];
  const pinned = states.length === 0 ? undefined : await connector.pin(judged.request, judged.operation, states);
  const { rule, ports, notes, record } = decision;
  const allow: AllowDecision = {
    ...(decision.allowed ?? { effect: 'allow', rule }),
    approval: id,
    ...(record === undefined ? {} : { record }),
    ...(ports === undefined ? {} : { ports }),
    ...(notes === undefined ? {} : { notes }),
  };
  return { ...judged, ...pinned, decision: allow };
}

/** Whether no person has seen it. What a budget holds has been held to all of them, and a yes to the rest of that was said in sight of it. */
function isUnseen({ restOf, wasShown, answers }: Approval, { decision }: Held): boolean {
  const isOfRest = restOf !== undefined && wasShown !== true;
  return decision.allowed === undefined && (isOfRest || answers.every(({ isAuto }) => isAuto === true));
}

/** What a yes allows that no person gave: with it where it is within the budgets, or held by what is over. Budgets pass over what has a yes. */
async function bounded(allowed: Judged, within: Within): Promise<Judged> {
  if (allowed.decision.effect !== 'allow') return allowed;
  const { approval, ...decision } = allowed.decision;
  const judged = await within({ ...allowed, decision });
  if (judged.decision.effect !== 'allow' || approval === undefined) return judged;
  return { ...judged, decision: { ...judged.decision, approval } };
}

function heldBy({ holds, lifts }: HoldDecision): unknown {
  return [holds, lifts];
}

/** Resolves once persons have said yes. */
async function wait(
  { approvals, clock }: Pick<Gateway, 'approvals' | 'clock'>,
  recording: Pick<Recording, 'waiting'>,
  { held, approval, asking }: Open,
  { exchange, caller }: { readonly exchange: ExchangeId; readonly caller: AbortSignal },
): Promise<void> {
  const { waitMs, after } = patienceOf(asking, held.decision);
  const isSecondTry =
    asking.patience.waitMs === 'upgrade' && approvals.wasToldLately(approval.id, WAIT_LIMITS.secondTryMs);
  // T60: nobody waits longer than the token lasts; who comes back with a new one joins.
  const leftMs = Math.max(0, held.caller.tokenEndsAt - clock.now());
  const signal = recording.waiting(caller);
  const waited = await approvals
    .wait(approval, held.caller, isSecondTry ? 0 : Math.min(waitMs, leftMs), signal)
    .catch((thrown: unknown) => {
      if (caller.aborted || isAccessOver(thrown)) approvals.leave(approval.id, exchange);
      throw thrown;
    });
  const { state } = waited.approval;
  if (state === 'approved') return;
  if (state !== 'pending') throw refusalOf(held, waited.approval);
  if (after === 'again' || waited.isStopping) {
    await approvals.attend(approval.id, exchange, WAIT_LIMITS.graceMs);
    throw heldOpen(held, waited.approval);
  }
  throw heldTold(held, waited.approval);
}

/** T60: who was stopped, or whose token is over, has gone as well: nobody is asked on their behalf any more. */
function isAccessOver(thrown: unknown): boolean {
  return thrown instanceof Refusal && ACCESS_OVER.has(thrown.code);
}

const ACCESS_OVER: ReadonlySet<RefusalCode> = new Set(['KILLED', 'TOKEN_EXPIRED', 'GRANT_ENDED']);

function refusalOf(judged: Held, approval: Approval): Refusal {
  switch (approval.state) {
    case 'rejected':
      return rejected(judged, approval);
    case 'expired':
    case 'withdrawn':
      return expired(judged, approval);
    case 'pending':
    case 'approved':
      return heldTold(judged, approval);
  }
}
