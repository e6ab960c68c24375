/* What a caller is told whose request waits for persons, or has waited in vain. Each names the question, so that it can be looked at and waited for. */
import type { Approval } from '../approval/approval.ts';
import type { Caller } from '../model/caller.ts';
import type { HoldDecision } from '../model/decision.ts';
import type { Operation } from '../model/operation.ts';
import { Refusal } from '../model/refusal.ts';
import type { RefusalCode } from '../model/refusal-codes.ts';
import { describe } from './describe.ts';

interface Held {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly decision: HoldDecision;
}

/** Told to a client that does not come back by itself. */
export function heldTold(asked: Held, approval: Approval): Refusal {
  const { id, closesAt } = approval;
  const message = `${asks(asked)}, which rule \`${asked.decision.rule}\` holds for a person (${asked.decision.reason}): approval \`${id}\` is asked for${askedBack(approval)}`;
  return refusal(
    'HELD',
    message,
    `run it again once it is approved, before ${instant(closesAt)}: \`sallyport approvals wait ${id}\` waits for the answer`,
    asked,
    id,
  );
}

/** Told to a client that comes back by itself, or is to go on at another gateway. */
export function heldOpen(asked: Held, approval: Approval): Refusal {
  const { id } = approval;
  const message = `${asks(asked)}, which rule \`${asked.decision.rule}\` holds for a person (${asked.decision.reason}): approval \`${id}\` is waited for${askedBack(approval)}`;
  const options = { rule: asked.decision.rule, approval: id, retryAfterSeconds: 1 };
  return new Refusal('HELD_WAITING', message, {
    ...options,
    advice: `where your client gives up before, run it again once it is approved: \`sallyport approvals wait ${id}\` waits for the answer`,
  });
}

/** A person said no. */
export function rejected(asked: Held, { id, answers }: Approval): Refusal {
  const no = answers.find(({ answer }) => answer === 'reject');
  const why = no === undefined || no.reason === '' ? '' : `: “${no.reason}”`;
  const message = `${asks(asked)}, and \`${no?.by.subject ?? 'a person'}\` said no to approval \`${id}\`${why}`;
  return refusal('REJECTED', message, 'ask for something else, or talk to whoever said no', asked, id);
}

/** Nobody answered, or its caller had gone. */
export function expired(asked: Held, { id, state }: Approval): Refusal {
  const why = state === 'withdrawn' ? 'was withdrawn, since its caller had gone' : 'was not answered in time';
  return refusal(
    'HOLD_EXPIRED',
    `${asks(asked)}, and approval \`${id}\` ${why}; nothing was done`,
    'run it again to ask anew',
    asked,
    id,
  );
}

/** Who said yes amended it, and other rules hold what came of that. */
export function heldOtherwise(asked: Held, { id }: Approval): Refusal {
  const message = `${asks(asked)}, and as approval \`${id}\` amends it, other rules hold it than were asked about`;
  return refusal('DENIED_BY_RULE', message, 'ask for it as it was amended', asked, id);
}

/** Nobody can be asked. */
export function unsupported(asked: Held): Refusal {
  const message = `${asks(asked)}, which rule \`${asked.decision.rule}\` holds for a person, and this gateway has no control plane to ask one by`;
  return refusal(
    'HOLD_UNSUPPORTED',
    message,
    'ask the operator for a `console` in the gateway’s configuration',
    asked,
    '',
  );
}

/** T78: what cannot be shown whole is not asked about. */
export function unshowable(asked: Held, why: string): Refusal {
  const message = `${asks(asked)}, which rule \`${asked.decision.rule}\` holds for a person, and it cannot be shown to one whole: ${why}`;
  return refusal('HOLD_UNSUPPORTED', message, 'send it in smaller pieces', asked, '');
}

/** What a person asks back, as long as its caller has not answered. */
function askedBack({ id, words = [], asker }: Approval): string {
  const last = words.at(-1);
  if (last === undefined || (last.by.subject === asker.subject && last.by.issuer === asker.issuer)) return '';
  return `; \`${last.by.subject}\` asks: “${last.text}”, which \`sallyport approvals say ${id} …\` answers`;
}

function asks({ caller, operation }: Held): string {
  return `\`${caller.subject}\` asks to ${describe(operation)}`;
}

function refusal(code: RefusalCode, message: string, advice: string, { decision }: Held, approval: string): Refusal {
  return new Refusal(code, message, { rule: decision.rule, advice, approval });
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
