/*
 * Planned requests on their way from the data path to the question that asks about several of them: in their caller's own hands, closed. So nothing is kept of a plan that
 * asks nobody, any gateway on the store takes what another has closed, and a caller can only leave some of them out.
 */
import type { Seat } from '../approval/approval.ts';
import { askerOf } from '../model/asker-of.ts';
import type { Caller } from '../model/caller.ts';
import type { Holding } from '../model/hold-terms.ts';
import { Refusal } from '../model/refusal.ts';
import { PLAN_QUESTION_LIMITS } from '../model/rest-limits.ts';
import type { ShownRequest, Unread } from '../model/shown.ts';
import { StoreError } from '../store/store.ts';
import type { Vault } from '../store/vault.ts';

/** A held request that was only planned. */
export interface ClosedPlan {
  /** When it was planned, by the store's clock. */
  readonly at: number;
  /** See `Approval.request`. */
  readonly request: string;
  readonly target: string;
  readonly namespace: string;
  readonly verb: string;
  readonly holds: readonly Holding[];
  /** Of each of `holds`. */
  readonly seats: readonly Seat[];
  readonly shown: ShownRequest;
  /** See `Approval.unread`. */
  readonly unread?: Unread;
  readonly like?: string;
}

const PLACE = 'a planned request';

/** Security: for whoever planned it alone, as one of its own would be; others cannot ask with it. */
export function closePlan(vault: Vault, caller: Caller, plan: ClosedPlan): string {
  return vault.close(Buffer.from(JSON.stringify({ asker: askerOf(caller), plan })), PLACE);
}

/** @throws {Refusal} REQUEST_MALFORMED it is none of the caller's, or was planned too long ago */
export function openPlan(vault: Vault, caller: Caller, closed: string, nowMs: number): ClosedPlan {
  const { asker, plan } = opened(vault, closed);
  const isOwn = JSON.stringify(asker) === JSON.stringify(askerOf(caller));
  if (!isOwn) throw notAsked('a planned request is not of the caller that asks about it');
  if (nowMs - plan.at > PLAN_QUESTION_LIMITS.askWithinMs) throw notAsked('a request was planned too long ago');
  return plan;
}

function opened(vault: Vault, closed: string): { readonly asker: unknown; readonly plan: ClosedPlan } {
  try {
    return JSON.parse(Buffer.from(vault.open(closed, PLACE)).toString());
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw notAsked('what is asked about is no planned request of a gateway on this store');
  }
}

function notAsked(why: string): Refusal {
  return new Refusal('REQUEST_MALFORMED', why, { advice: 'plan the command anew, and ask with the same identity' });
}
