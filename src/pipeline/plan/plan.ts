/*
 * The path of a request that is only planned. It is read, judged and recorded as if it were meant, and then always refused: with what policy refuses it with, or with PLANNED
 * and what would become of it.
 *
 * Security: no permit is made here and nothing is forwarded, so that there is no way from a plan to a change; what is looked up goes by the probe, which sends reads and dry runs
 * alone. No use of a grant is taken, no budget is counted, nobody is asked and no yes is spent. What its caller is told it could have had otherwise: a look-up is judged as
 * its own read, and what would be held for a person is looked up only where it may read that object already.
 */
import type { Looked, MayRead, Probe } from '../../connectors/connector.ts';
import { approverWords } from '../../model/approver-words.ts';
import { callerKey } from '../../model/caller.ts';
import type { HoldDecision } from '../../model/decision.ts';
import type { Holding } from '../../model/hold-terms.ts';
import type { JsonObject } from '../../model/operation.ts';
import type { Planned, PlannedHold, PlannedIntent } from '../../model/planned.ts';
import { Refusal } from '../../model/refusal.ts';
import type { RefusedReply } from '../../model/reply.ts';
import type { RawRequest } from '../../model/request.ts';
import type { Preview } from '../../model/shown.ts';
import { accept } from '../accept.ts';
import { asOneself } from '../as-oneself.ts';
import { askShadowed } from '../ask-shadow.ts';
import { describe } from '../describe.ts';
import type { Gateway } from '../gateway.ts';
import { heldCommand } from '../held-command.ts';
import { unsupported } from '../held-refusals.ts';
import { heldRelease } from '../held-release.ts';
import { HeldReleases } from '../held-releases.ts';
import { type Judged, judge } from '../judge.ts';
import { lifeOf } from '../life-of.ts';
import { nameOf, objectPath } from '../object-path.ts';
import { previewHeld } from '../preview-held.ts';
import { quotedValues } from '../quoted-values.ts';
import type { Recording } from '../recording.ts';
import { tellMaskAsToken, tellReturnedMasks } from '../returned-masks.ts';
import { denied } from '../settle.ts';
import { toRefusal } from '../to-refusal.ts';
import { withinBudgets } from '../within-budgets.ts';
import { withinLimits } from '../within-limits.ts';
import { withoutMasks } from '../without-masks.ts';
import { writtenMasks } from '../written-masks.ts';
import { Looks } from './looks.ts';
import { mayReadOf } from './may-read.ts';
import { type PlanWanted, planWanted } from './plan-wanted.ts';
import { plannedAnswer } from './planned-answer.ts';
import { plannedBudgets } from './planned-budgets.ts';
import { plannedIntent } from './planned-intent.ts';
import { plannedQuestion } from './planned-question.ts';

/** Those of this process. */
const looks = new Looks();

/** Releases that plans of this process begin. Security: apart from those that somebody is asked about, so that nothing is covered by what was only planned. */
const releases = new HeldReleases({ monotonic: () => performance.now() });

/** What would become of a request, as a refusal; nothing is done. */
export async function plan(gateway: Gateway, raw: RawRequest, signal: AbortSignal): Promise<RefusedReply> {
  const recording = gateway.recorder.open(raw);
  try {
    const request = accept(raw, gateway.limits, recording); //               as in `serve`, line by line, until policy has answered
    tellMaskAsToken(gateway.masking, request);
    const caller = await recording.of(await gateway.authenticate(request));
    asOneself(caller, request);
    withinLimits(request, gateway.limits);
    const operation = await gateway.connector.parse(request);
    recording.begin(operation);
    tellReturnedMasks(gateway.masking, request, caller, operation);
    const hasMasks = withoutMasks(gateway.masking, caller, operation);
    const quoted = quotedValues(gateway, caller, operation, hasMasks);
    const masks = writtenMasks(quoted.gateway, caller, operation.target, hasMasks);
    const ask = askShadowed(masks.gateway, recording, gateway.rules(), caller);
    const wanted = planWanted(request);
    const { budgets, told } = plannedBudgets(gateway.budgets, wanted.taken);
    const within = withinBudgets(budgets, masks.gateway.probe, signal);
    const judged = await within(await judge(gateway.connector, ask, { caller, request, operation }));
    const { decision } = judged;
    // What is only planned is no use of a rule or grant: who reads the journal for those finds a decision of refusals alone.
    if (decision.effect === 'deny') recording.decided(judged);
    if (decision.effect === 'deny') throw denied(caller, judged.operation, decision, gateway.access.suggest);
    if (decision.effect === 'hold' && !gateway.approvals.canAsk) throw unsupported({ ...judged, decision });
    await masks.whole(judged); //                                             masks that could not be put back are refused as they would be
    recording.lookedUp('plan');
    const mayRead = mayReadOf(gateway.connector, ask, request);
    const parts = { ...masks.gateway, recording, mayRead };
    const look = async (end: AbortSignal): Promise<Planned> => ({
      ...(await foreseen(parts, judged, end)),
      ...(told.length === 0 ? {} : { budgets: told }),
      ...(await asked(parts, judged, wanted, end)),
    });
    throw planned(await looks.inTurn(callerKey(caller), signal, look));
  } catch (thrown) {
    return gateway.connector.refuse(recording.refused(toRefusal(thrown, signal)), raw);
  }
}

interface Parts extends Gateway {
  readonly recording: Pick<Recording, 'probed'>;
  /** Whether the caller may read what is behind a request target. */
  readonly mayRead: MayRead;
}

/** How persons would be asked about it, where rules hold it. */
async function asked(
  parts: Parts,
  judged: Judged,
  wanted: Pick<PlanWanted, 'question'>,
  signal: AbortSignal,
): Promise<Pick<Planned, 'intent' | 'question' | 'alone'>> {
  const { decision } = judged;
  if (decision.effect !== 'hold') return {};
  const held = { ...judged, decision };
  const isOfRelease = decision.holds.every(({ intent }) => intent === 'helm');
  const existing = isOfRelease || wanted.question ? await lifeOf(parts, parts.recording, held) : undefined;
  const command = plannedIntent(heldCommand(held), 'command');
  const intent = command ?? (isOfRelease ? await ofRelease(parts, held, existing) : undefined);
  const told = intent === undefined ? {} : { intent };
  if (!wanted.question) return told;
  if (intent?.kind === 'helm') return { ...told, alone: 'one question is asked about its release, when that is begun' };
  return { ...told, ...(await plannedQuestion(parts, held, existing, signal)) };
}

/** What it is of a release of Helm that the plan begins, as far as its caller could see that by its own reads. */
async function ofRelease(
  parts: Parts,
  held: Judged & { readonly decision: HoldDecision },
  existing: JsonObject | null | 'unknown' | undefined,
): Promise<PlannedIntent | undefined> {
  if (existing === 'unknown' || !(await parts.mayRead(objectPath(held.operation)))) return undefined;
  return plannedIntent(await heldRelease({ ...parts, releases }, held, existing), 'helm');
}

async function foreseen({ masking, probe, mayRead }: Parts, judged: Judged, signal: AbortSignal): Promise<Planned> {
  const { caller, request, operation, decision } = judged;
  const { verb, apiGroup, resource, subresource, namespace, name, path, options } = operation;
  const told = {
    operation: describe({ ...operation, name: nameOf(operation) }),
    ...{ verb, apiGroup, resource, subresource, namespace, name, path },
    isDryRun: options.isDryRun,
    isRead: !operation.isChange && operation.power === undefined,
    rule: decision.effect === 'allow' ? decision.rule : '',
    ...(decision.effect === 'allow' && decision.grant !== undefined ? { grant: decision.grant } : {}),
    holds: decision.effect === 'hold' ? decision.holds.map(holdOf) : [],
  };
  if (told.isRead) return { ...told, shown: NOTHING };
  if (decision.effect === 'hold' && !(await mayRead(objectPath(operation)))) return { ...told, shown: UNREAD };
  // A dry run that is asked for is looked at as what it is a dry run of.
  const meant = { ...operation, options: { ...options, isDryRun: false } };
  let looked: Looked | undefined;
  const preview: Probe['preview'] = async (...[of, body, asking, end]) => {
    looked = await probe.preview(of, body, asking, end, mayRead);
    return looked;
  };
  const shown = await previewHeld(masking, { preview }, { caller, request, operation: meant }, signal);
  const answer =
    looked === undefined ? undefined : plannedAnswer(masking, { caller, request, operation: meant }, looked);
  return { ...told, shown, ...(answer === undefined ? {} : { answer }) };
}

const NOTHING: Preview = { risks: [], missing: [] };

const UNREAD: Preview = {
  risks: [],
  missing: ['what it would do: you may not read it yourself, and no person has said yes yet'],
};

function holdOf({ rule, reason, approvers, quorum }: Holding): PlannedHold {
  const named = approvers.length === 0 ? ['holders of the role `approver`'] : approvers.map(approverWords);
  return { rule, reason, approvers: named, quorum };
}

function planned(of: Planned): Refusal {
  const { operation, rule, holds } = of;
  const by =
    holds.length === 0
      ? `rule \`${rule}\` allows it`
      : `a person would be asked by ${holds.map((hold) => `rule \`${hold.rule}\``).join(' and ')}`;
  return new Refusal('PLANNED', `only planned: ${operation}: ${by}; nothing was done`, { planned: of });
}
