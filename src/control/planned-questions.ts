/*
 * One question about all held requests of a planned command: whoever answers sees each of them whole, and the yes covers exactly these, each once, for as long as the
 * rules that hold them say. When the command is run, each is a question of its own that this one has answered.
 *
 * Invariant: what is covered is found by the digest of the request, which binds caller, target, body, rules and the life of the object; see `held-digest.ts`.
 */
import { type Approval, current, type Seat } from '../approval/approval.ts';
import { autoAnswered } from '../approval/auto-answered.ts';
import { newApproval } from '../approval/new-approval.ts';
import { askerOf } from '../model/asker-of.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import type { Holding } from '../model/hold-terms.ts';
import { Refusal } from '../model/refusal.ts';
import { PLAN_QUESTION_LIMITS } from '../model/rest-limits.ts';
import type { Risk, Shown, ShownRequest, Unread } from '../model/shown.ts';
import type { PlannedHeld } from '../pipeline/approvals.ts';
import { newId } from '../std/ids.ts';
import type { RowWriter } from '../store/store.ts';
import type { Vault } from '../store/vault.ts';
import { type KeptApproval, noAtOf, plannedId, plannedRow, pointedAt, pointerRow } from './approval-rows.ts';
import { askedBefore } from './asked-before.ts';
import { autoAnswers, hasCooldown } from './auto-answers.ts';
import { type ClosedPlan, closePlan, openPlan } from './closed-plans.ts';
import type { KeptQuestions } from './kept-questions.ts';
import { likeKey } from './like-key.ts';
import { QUESTION_LIMITS, refuseTooMany } from './question-limits.ts';
import { hangsOnLabels, partyOf, seatsOf } from './seats.ts';

interface Parts {
  readonly kept: KeptQuestions;
  readonly vault: Vault;
}

/** Questions about planned commands. */
export class PlannedQuestions {
  readonly #kept: KeptQuestions;
  readonly #vault: Vault;

  constructor({ kept, vault }: Parts) {
    this.#kept = kept;
    this.#vault = vault;
  }

  /** See `Approvals.closePlanned`. */
  async close({ caller, operation, digest, holds, namespaceLabels, shown, unread }: PlannedHeld): Promise<string> {
    const { target, namespace, verb } = operation;
    const labels = hangsOnLabels(holds) ? await namespaceLabels() : null;
    return closePlan(this.#vault, caller, {
      at: this.#kept.now(),
      request: this.#kept.requestDigest(digest),
      ...{ target, namespace, verb, holds, shown, seats: seatsOf(holds, labels) },
      ...(unread === undefined ? {} : { unread }),
      ...(hasCooldown(holds) ? { like: this.#kept.requestDigest(likeKey(caller, operation)) } : {}),
    });
  }

  /**
   * The question about planned requests of the caller, as they were closed: the one that is open, or was answered a moment ago and is not used yet, or else a new one.
   *
   * @throws {Refusal} REQUEST_MALFORMED, HOLD_UNSUPPORTED they cannot be shown or answered in one question; TOO_MANY_REQUESTS, STORE_UNAVAILABLE
   */
  async ask(caller: Caller, closed: readonly string[]): Promise<Approval> {
    const plans = closed.map((each) => openPlan(this.#vault, caller, each, this.#kept.now()));
    const asked = await this.#new(caller, plans);
    let told: KeptApproval | undefined;
    const approval = await this.#kept.exclusively(`plans of ${JSON.stringify(askerOf(caller))}`, async (rows) => {
      const { kept, pointerVersion } = await this.#kept.about(asked.request, rows);
      const joined = kept === undefined ? undefined : joinedBy(kept.approval, this.#kept.now());
      if (joined !== undefined) {
        await pointTo(rows, joined);
        return joined;
      }
      if (asked.state === 'pending') await refuseTooMany(rows, asked.asker);
      this.#kept.record(
        rows,
        asked,
        asked.answers.find(({ isAuto }) => isAuto === true),
      );
      await rows.put(pointerRow(asked.request, asked.id, pointerVersion));
      await pointTo(rows, asked);
      told = await this.#kept.put(rows, { approval: asked, version: 0 }, false);
      return asked;
    });
    if (told !== undefined) this.#kept.tell(told);
    return approval;
  }

  async #new(caller: Caller, plans: readonly ClosedPlan[]): Promise<Approval> {
    const { seats, holds } = asOne(plans);
    const [now, asker] = [this.#kept.now(), partyOf(caller)];
    const [target = '', ...others] = new Set(plans.map((plan) => plan.target));
    if (others.length > 0) throw severally('they are for several targets');
    const [namespace = '', ...elsewhere] = new Set(plans.map((plan) => plan.namespace));
    const requests = plans.map(({ request }) => request);
    const claimForMs = Math.min(...holds.map((hold) => hold.claimForMs));
    const parts = {
      id: newId(now),
      request: this.#kept.requestDigest(JSON.stringify(['plan', askerOf(caller), requests])),
      ...{ asker, target, seats, claimForMs },
      // In several, only who may answer for all of the target answers by a role.
      namespace: elsewhere.length === 0 ? namespace : '',
      ...{ askedAt: now, lookedUpAt: now, closesAt: now + Math.min(...holds.map(({ waitMaxMs }) => waitMaxMs)) },
      planned: plans.map(({ request, like, unread }) => ({
        request,
        ...(like === undefined ? {} : { like }),
        ...(unread === undefined ? {} : { unread }),
      })),
      ...unreadIn(plans),
    };
    const shown = shownOf(plans, claimForMs);
    const own = await this.#kept.list({ owner: callerKey(asker), limit: QUESTION_LIMITS.beforeMax });
    const before = askedBefore(
      newApproval({ ...parts, shown }),
      own.map(({ approval }) => approval),
      QUESTION_LIMITS.beforeMax,
    );
    const asked = newApproval({ ...parts, shown: { ...shown, before } });
    return autoAnswered(asked, autoAnswers(holds, now, await this.#noAt(plans)), now);
  }

  /** When a person last said no to the like of any of them. */
  async #noAt(plans: readonly ClosedPlan[]): Promise<number> {
    const likes = new Set(plans.flatMap(({ like }) => like ?? []));
    const found = [...likes].map((owner) => this.#kept.rows('question', { owner, state: 'no', limit: 1 }));
    return Math.max(0, ...(await Promise.all(found)).map(([no]) => noAtOf(no)));
  }
}

/** From each request to the question that asks about it: the one that was asked last, where several do. */
async function pointTo(rows: RowWriter, { id, planned = [] }: Approval): Promise<void> {
  for (const request of new Set(planned.map((each) => each.request))) {
    const before = await rows.get('question', plannedId(request));
    if (before === undefined || pointedAt(before) !== id) await rows.put(plannedRow(request, id, before?.version ?? 0));
  }
}

/** The question as it is joined; undefined where it is asked anew. */
function joinedBy(kept: Approval, nowMs: number): Approval | undefined {
  const approval = current(kept, nowMs);
  switch (approval.state) {
    case 'pending':
      return approval;
    case 'approved':
      return approval.exchange === 'waiting' && (approval.rest?.uses.length ?? 0) === 0 ? approval : undefined;
    case 'rejected':
      return nowMs - (approval.endedAt ?? 0) < QUESTION_LIMITS.rejectedForMs ? approval : undefined;
    case 'expired':
    case 'withdrawn':
      return undefined;
  }
}

/** The terms of each rule, and whom it seats. Security: an answer names rules, so that one which asks others in one namespace than in another is answered for each by itself. */
function asOne(plans: readonly ClosedPlan[]): { readonly seats: readonly Seat[]; readonly holds: readonly Holding[] } {
  const found = new Map<string, { readonly seat: Seat; readonly hold: Holding }>();
  for (const { seats, holds } of plans)
    for (const [i, seat] of seats.entries()) {
      const terms = { seat, hold: holds[i] as Holding };
      const known = found.get(seat.rule) ?? terms;
      if (JSON.stringify(known) !== JSON.stringify(terms))
        throw severally(`rule \`${seat.rule}\` asks others, or on other terms, about one of them than about another`);
      found.set(seat.rule, known);
    }
  const all = [...found.values()];
  return { seats: all.map(({ seat }) => seat), holds: all.map(({ hold }) => hold) };
}

/** T78: each of them whole. @throws {Refusal} HOLD_UNSUPPORTED they are more than can be shown */
function shownOf(plans: readonly ClosedPlan[], forMs: number): Shown {
  const planned = plans.map(({ shown }) => shown);
  const { length } = planned;
  const [{ task }] = planned as [ShownRequest];
  const shown: Shown = {
    operation: `do ${length} planned ${length === 1 ? 'request' : 'requests'} of one command`,
    asked: 'each that is listed, once, when the command is run',
    ...{ ...together(planned), mayDiffer: [], planned },
    rest: {
      verbs: [...new Set(plans.map(({ verb }) => verb))].sort(),
      ...{ usesMax: length, forMs, earlier: [] },
      covers: planned.map(({ operation }) => operation),
    },
    ...(task === undefined ? {} : { task }),
    reason: [...new Set(planned.map(({ reason }) => reason).filter((reason) => reason !== ''))].join('; '),
  };
  const { shownCharactersMax } = PLAN_QUESTION_LIMITS;
  const characters = JSON.stringify(shown).length;
  if (characters > shownCharactersMax)
    throw severally(`they have ${characters} characters, and ${shownCharactersMax} can be shown at once`);
  return shown;
}

/** The facts of each, behind its number. */
function together(each: readonly Unread[]): Unread {
  const all = (key: 'risks' | 'missing') => each.flatMap((one, i) => one[key].map((what) => `${i + 1}: ${what}`));
  const risk = RISKS.find((one) => each.some((other) => other.risk === one)) ?? 'plain';
  return { risk, risks: all('risks'), missing: all('missing') };
}

/** What their caller is shown of all of them, where there is something that it may not read. */
function unreadIn(plans: readonly ClosedPlan[]): { readonly unread?: Unread } {
  if (plans.every(({ unread }) => unread === undefined)) return {};
  return { unread: together(plans.map(({ shown, unread }) => unread ?? shown)) };
}

/** From the highest. */
const RISKS: readonly Risk[] = ['high', 'raised', 'plain'];

function severally(why: string): Refusal {
  return new Refusal('HOLD_UNSUPPORTED', `the requests of the plan cannot be asked about in one question: ${why}`, {
    advice: 'run the command as it is: each is asked about by itself; or plan a part of it',
  });
}
